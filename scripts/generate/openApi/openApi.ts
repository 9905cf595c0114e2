import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { buildSchema, isListType, getNullableType, type GraphQLSchema } from 'graphql';
import { loadRoutes } from '#gateway/rest/loadRoutes.ts';
import { waitBounds } from '#gateway/rest/feedEvent.ts';
import type { Lifecycle, Route } from '#gateway/rest/route.ts';
import { routeInputs, type RouteInput } from '#gateway/rest/routeInputs.ts';
import { codeOfType } from '#gateway/rest/shapeAnswer.ts';
import { examples, type RestExample } from '../../../rest/examples.ts';
import { root, writeIfChanged, type GenerateTask } from '../task.ts';
import { scopesForApps } from './appRoutes.ts';
import { linksOf, operationIdOf } from './links.ts';
import { AnswerSchemas } from './answerSchema.ts';
import {
  described,
  InputSchemas,
  leafSchema,
  requiredOf,
  type JsonSchema,
  type OpenApiVersion,
} from '#gateway/graph/jsonSchema.ts';

const files = { '3.0.3': 'rest/openapi-3.0.json', '3.1.0': 'rest/openapi-3.1.json' } as const;

/** The task that makes the OpenAPI documents of the routes, for both versions of OpenAPI. */
export const openApi = (): GenerateTask[] => [
  {
    name: 'rest/openapi',
    inputs: [
      'rest/v1',
      'rest/v2',
      'schema/channels/rest.graphql',
      'schema/supergraph.graphql',
      'gateway/src/rest',
      'rest/examples.ts',
      'gateway/src/graph/jsonSchema.ts',
      'scripts/generate/openApi',
    ],
    outputs: Object.values(files),
    run: () => Promise.resolve(openApiFiles().forEach(([path, text]) => void writeIfChanged(path, text))),
  },
];

/** The content of each file, by its path. */
export function openApiFiles(): (readonly [path: string, text: string])[] {
  const sdl = readFileSync(`${root}/schema/channels/rest.graphql`, 'utf8');
  const schema = buildSchema(sdl, { assumeValid: true });
  const routes = loadRoutes(new URL('../../../rest/', import.meta.url));
  return (['3.0.3', '3.1.0'] as const).map((version) => [
    files[version],
    `${JSON.stringify(openApiOf(routes, schema, version), undefined, 1)}\n`,
  ]);
}

/** The OpenAPI document of the routes. */
export function openApiOf(routes: readonly Route[], schema: GraphQLSchema, version: OpenApiVersion): JsonSchema {
  const inputs = new InputSchemas(version);
  const scopesOf = scopesForApps(schema);
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes)
    (paths[route.path] ??= {})[route.method.toLowerCase()] = {
      ...operationOf(route, routes, schema, inputs, version),
      security: securityOf(route, scopesOf(route) !== undefined),
    };
  return {
    openapi: version,
    info: {
      title: 'Dr. Burger',
      version: '1',
      description:
        'Stores, menu, orders, customers, loyalty and memberships of the chain, over the graph that its apps use.',
      contact: { name: 'Dr. Burger, platform', url: 'https://api.drburger.example/support' },
    },
    servers: [{ url: '/', description: 'Where this document is served, as at `/v1/openapi.json`.' }],
    tags: [...new Set(routes.map(({ resource }) => resource))].map((name) => ({
      name,
      description: `All about ${name}.`,
    })),
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token.' },
        signature: {
          type: 'apiKey',
          in: 'header',
          name: 'Signature',
          description:
            'Of the app of a partner: an HTTP Message Signature (RFC 9421) by its API key, with `Signature-Input` and `Content-Digest`.',
        },
        apiKey: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'Of an app of a partner that need not sign: `ApiKey drb_…`.',
        },
      },
      schemas: { Error: errorSchema, ...Object.fromEntries(inputs.components) },
      responses: sharedResponses,
    },
  };
}

function operationOf(
  route: Route,
  routes: readonly Route[],
  schema: GraphQLSchema,
  schemas: InputSchemas,
  version: OpenApiVersion,
): JsonSchema {
  const inputs = routeInputs(route, schema);
  const example = examples.find(({ operation, status }) => operation === route.operationName && status < 400);
  const body = inputs.filter((each) => each.in === 'body');
  return {
    operationId: operationIdOf(route),
    tags: [route.resource],
    summary: route.summary,
    description: [
      ...(route.lifecycle ? [endOf(route.lifecycle)] : []),
      `Runs the operation \`${route.operationName}\` of \`rest/${route.file}\`.`,
    ].join(' '),
    ...(route.lifecycle && { deprecated: true }),
    parameters: [
      ...inputs.filter((each) => each.in !== 'body').map((each) => parameterOf(each, schemas, example)),
      ...(route.isFeed ? feedParameters : []),
    ],
    ...(body.length > 0 && { requestBody: bodyOf(body, schemas, example) }),
    responses: responsesOf(route, routes, schema, version),
  };
}

/** Who may call a route: everybody for one without a token; an app of a partner where its scopes can be enough. */
const securityOf = ({ signedIn, method }: Route, forApps: boolean): Record<string, readonly string[]>[] => [
  ...(signedIn || method !== 'GET' ? [] : [{}]),
  { token: [] },
  ...(forApps ? [{ signature: [] }, { apiKey: [] }] : []),
];

const endOf = ({ successor, sunset }: Lifecycle): string =>
  `Use \`${successor}\` instead: this is not answered any more from ${sunset.toISOString().slice(0, 10)}.`;

/** What a request for a feed says besides the variables of its document. */
const feedParameters: readonly JsonSchema[] = [
  {
    name: 'after',
    in: 'query',
    required: false,
    description: '`page.after` of the last answer; without it the present state is told first.',
    schema: { type: 'string' },
  },
  {
    name: 'wait',
    in: 'query',
    required: false,
    description: 'For how many seconds the answer may wait for an event.',
    schema: { type: 'integer', minimum: waitBounds.least, maximum: waitBounds.most, default: waitBounds.usual },
  },
];

function parameterOf(input: RouteInput, schemas: InputSchemas, example?: RestExample): JsonSchema {
  const { name, description, defaultValue } = input;
  const match = name === 'If-Match';
  const shown = valueOf(input, example);
  return {
    name,
    in: input.in,
    required: input.in === 'path' || input.required,
    description: (match ? 'The ETag of what you have seen.' : description) ?? `The ${name}.`,
    schema: match ? { type: 'string' } : described(schemas.ofPresent(input.type), { defaultValue }),
    ...(shown !== undefined && { example: shown }),
    ...(isListType(getNullableType(input.type)) && { style: 'form', explode: false }),
  };
}

/** The value of a parameter in the example; what an earlier answer gives has none. */
function valueOf({ in: place, name, type }: RouteInput, example: RestExample | undefined): unknown {
  const given = (place === 'path' ? example?.path : place === 'query' ? example?.query : undefined)?.[name];
  if (given === undefined || given.startsWith('{{')) return undefined;
  return leafSchema(getNullableType(type))['type'] === 'string' ? given : (JSON.parse(given) as unknown);
}

function bodyOf(inputs: readonly RouteInput[], schemas: InputSchemas, example?: RestExample): JsonSchema {
  const required = inputs.filter((each) => each.required).map(({ name }) => name);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(inputs.map((each) => [each.name, described(schemas.of(each.type), each)])),
    ...requiredOf(required),
    additionalProperties: false,
  };
  return {
    required: required.length > 0,
    content: { 'application/json': { schema, ...(example?.body && { example: example.body }) } },
  };
}

/** The response of a status that means the same at every route. */
const shared = (status: number): JsonSchema => ({ $ref: `#/components/responses/${status}` });

function responsesOf(
  route: Route,
  routes: readonly Route[],
  schema: GraphQLSchema,
  version: OpenApiVersion,
): JsonSchema {
  const body = route.status === 204 ? undefined : new AnswerSchemas(route, schema, version).bodyOf(route);
  const headers = {
    ...(route.location !== undefined && { Location: { description: 'Where it is.', schema: { type: 'string' } } }),
    ...(body && !route.isFeed && { ETag: { description: 'The version of the body.', schema: { type: 'string' } } }),
  };
  const links = linksOf(route, routes);
  const responses: Record<string, JsonSchema> = {
    [route.status]: {
      description: STATUS_CODES[route.status]!,
      ...(Object.keys(links).length > 0 && { links }),
      ...(Object.keys(headers).length > 0 && { headers }),
      ...(body && {
        content: {
          'application/json': { schema: body },
          ...(route.isFeed && { 'text/event-stream': { schema: { type: 'string' } } }),
        },
      }),
    },
  };
  if (route.lifecycle) responses['410'] = shared(410);
  if (route.method === 'GET' && !route.isFeed)
    responses['304'] = { description: 'What the client has is still right.' };
  for (const status of [400, 401, 403, 404, 409, 429, 500, 503]) responses[status] = shared(status);
  if (route.method !== 'GET') for (const status of [412, 413, 415, 428]) responses[status] = shared(status);
  for (const [status, names] of byStatus(route))
    responses[status] = {
      description: names.map((name) => `\`${codeOfType(name)}\``).join(', '),
      content: errorContent,
    };
  return responses;
}

/** The failures of a route that have codes of their own, by status. */
function byStatus(route: Route): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const [name, status] of route.errors)
    if (status !== 400) found.set(status, [...(found.get(status) ?? []), name]);
  return found;
}

const errorSchema: JsonSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'details'],
      properties: {
        code: { type: 'string', description: 'Branch on this.' },
        message: { type: 'string', description: 'For people; the wording may change.' },
        details: {
          type: 'array',
          items: {
            type: 'object',
            required: ['field', 'message'],
            properties: { field: { type: 'string' }, message: { type: 'string' } },
          },
        },
      },
    },
  },
};

const errorContent = {
  'application/json': {
    schema: { $ref: '#/components/schemas/Error' },
    example: {
      error: {
        code: 'INVALID_INPUT',
        message: 'The request contains invalid parameters',
        details: [{ field: 'email', message: 'Must be a valid email address' }],
      },
    },
  },
};

const sharedResponses: JsonSchema = Object.fromEntries(
  [400, 401, 403, 404, 409, 410, 412, 413, 415, 428, 429, 500, 503].map((status) => [
    status,
    { description: STATUS_CODES[status], content: errorContent },
  ]),
);
