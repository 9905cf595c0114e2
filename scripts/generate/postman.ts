import { loadRoutes } from '#gateway/rest/loadRoutes.ts';
import { nameOfRoute, type Route } from '#gateway/rest/route.ts';
import { examples, type RestExample } from '../../rest/examples.ts';
import { writeIfChanged, type GenerateTask } from './task.ts';

export const postmanPath = 'rest/postman.json';

/**
 * Makes `rest/postman.json`, a Postman collection of the examples, for Postman and Newman. Its variables are `baseUrl`
 * and a token for each role, such as `customerToken`.
 */
export const postman = (): GenerateTask[] => [
  {
    name: postmanPath,
    inputs: ['scripts/generate/postman.ts', 'rest/examples.ts', 'rest/v1', 'rest/v2', 'gateway/src/rest'],
    outputs: [postmanPath],
    run: () => Promise.resolve(void writeIfChanged(postmanPath, postmanText())),
  },
];

/** The content of the file. */
export function postmanText(): string {
  const routes = new Map(
    loadRoutes(new URL('../../rest/', import.meta.url)).map((route) => [route.operationName, route]),
  );
  const roles = [...new Set(examples.flatMap(({ as }) => as ?? []))].sort();
  const collection = {
    info: {
      name: 'Dr. Burger REST',
      description: 'The examples of the OpenAPI document, in an order in which they work on the data of a new system.',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    variable: [
      { key: 'baseUrl', value: 'http://localhost:4007' },
      ...roles.map((role) => ({ key: `${role}Token`, value: '' })),
    ],
    item: examples.map((example) => {
      const route = routes.get(example.operation);
      if (!route) throw new Error(`rest/examples.ts: there is no route ${example.operation}`);
      return itemOf(route, example);
    }),
  };
  return `${JSON.stringify(collection, undefined, 1)}\n`;
}

function itemOf(route: Route, example: RestExample): unknown {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => example.path?.[name] ?? `{${name}}`);
  const query = Object.entries(example.query ?? {}).map(([key, value]) => ({ key, value }));
  const text = query.map(({ key, value }) => `${key}=${value}`).join('&');
  const body = route.method === 'GET' ? undefined : (example.body ?? undefined);
  const header = [
    ...(example.as === undefined ? [] : [{ key: 'authorization', value: `Bearer {{${example.as}Token}}` }]),
    ...(body ? [{ key: 'content-type', value: 'application/json' }] : []),
    ...(route.source.includes('dempotencyKey') || example.operation === 'PlaceOrder'
      ? [{ key: 'idempotency-key', value: '{{$guid}}' }]
      : []),
  ];
  return {
    name: `${nameOfRoute(route)} → ${example.status}`,
    request: {
      method: route.method,
      header,
      url: {
        raw: `{{baseUrl}}${path}${text === '' ? '' : `?${text}`}`,
        host: ['{{baseUrl}}'],
        path: path.slice(1).split('/'),
        ...(query.length > 0 && { query }),
      },
      ...(body && { body: { mode: 'raw', raw: JSON.stringify(body, undefined, 1) } }),
    },
    event: [{ listen: 'test', script: { type: 'text/javascript', exec: testOf(example) } }],
  };
}

function testOf({ status, keeps = {} }: RestExample): string[] {
  return [
    `pm.test('answers with ${status}', () => pm.response.to.have.status(${status}));`,
    ...(status >= 400
      ? [
          "pm.test('has the body of an error', () => pm.expect(pm.response.json().error).to.have.all.keys('code', 'message', 'details'));",
        ]
      : []),
    ...Object.entries(keeps).map(
      ([name, field]) => `pm.collectionVariables.set('${name}', pm.response.json()['${field}']);`,
    ),
  ];
}
