import { readFileSync } from 'node:fs';
import { isUnionType, Kind, TypeInfo, buildSchema, visit, visitWithTypeInfo, type GraphQLUnionType } from 'graphql';
import { conformanceProblems } from './conformance.ts';
import { describe, expect, test } from 'vitest';
import { loadRoutes } from '#gateway/rest/loadRoutes.ts';
import { nameOfRoute, type Route } from '#gateway/rest/route.ts';
import { routeInputs } from '#gateway/rest/routeInputs.ts';

const schema = buildSchema(readFileSync(new URL('../schema/channels/rest.graphql', import.meta.url), 'utf8'), {
  assumeValid: true,
});
const routes = loadRoutes(new URL('.', import.meta.url));

/** The union that the operation's one field gives, if it is one. */
function resultUnion(route: Route): GraphQLUnionType | undefined {
  const types = new TypeInfo(schema);
  let found: GraphQLUnionType | undefined = undefined;
  visit(
    route.document,
    visitWithTypeInfo(types, {
      Field: {
        enter() {
          const type = types.getType();
          const named = type && 'ofType' in type ? type.ofType : type;
          const isRoot = [schema.getMutationType(), schema.getQueryType()].includes(types.getParentType() as never);
          if (isRoot && isUnionType(named)) found = named;
        },
      },
    }),
  );
  return found;
}

test('the contract has what the routes read, and no more: nothing of partners’ accounts', () => {
  expect(schema.getQueryType()?.getFields()).not.toHaveProperty('partnerAccounts');
  expect(Object.keys(schema.getTypeMap()).filter((name) => name.startsWith('Partner'))).toEqual([]);
});

test('the routes keep the rules of the company’s document, which name the route that breaks one', () => {
  expect(conformanceProblems(routes)).toEqual([]);
  const verb = { ...routes[0]!, path: '/v1/orders/{orderId}/cancel', method: 'POST' as const, status: 200 };
  expect(conformanceProblems([...routes, verb]).join()).toMatch(/cancel is a verb.*POST answers with 201/s);
});

test('no two routes have one address', () => {
  const names = routes.map(nameOfRoute);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(routes.map((route) => [nameOfRoute(route), route] as const))('%s', (_, route) => {
  test('lies in the folder of its resource, and says what it is for', () => {
    expect(route.path.split('/')[2]).toBe(route.resource);
    expect(route.file.split('/').at(-1)).toBe(
      `${route.operationName.replace(/^./, (first) => first.toLowerCase())}.graphql`,
    );
    expect(route.summary).toMatch(/^[A-Z].+\.$/);
  });

  test('has nouns in its path, and only variables in braces', () => {
    for (const part of route.path.split('/').slice(2)) expect(part).toMatch(/^([a-z]+(-[a-z]+)*|\{\w+\})$/);
    const taken = routeInputs(route, schema).filter((each) => each.in === 'path');
    expect(taken.map(({ name }) => name).sort()).toEqual([...route.parameters].sort());
  });

  test('gives each failure a status, and has one success', () => {
    const members =
      resultUnion(route)
        ?.getTypes()
        .map(({ name }) => name) ?? [];
    expect([...route.errors.keys()].filter((name) => !members.includes(name))).toEqual([]);
    if (members.length > 0) expect(members.filter((name) => !route.errors.has(name))).toHaveLength(1);
  });

  test('selects each failure’s message', () => {
    const fragments: string[] = [];
    visit(route.document, {
      [Kind.INLINE_FRAGMENT]: (node) => void fragments.push(node.typeCondition?.name.value ?? ''),
    });
    expect([...route.errors.keys()].filter((name) => !fragments.includes(name))).toEqual([]);
  });

  test('creates by POST only, and only with an address', () => {
    expect(route.status === 201).toBe(route.method === 'POST');
    if (route.status === 201) expect(route.location).toBeDefined();
    expect(route.document.definitions[0]).toMatchObject({
      operation: route.isFeed ? 'subscription' : route.method === 'GET' ? 'query' : 'mutation',
    });
  });

  test('tells its end, if it has one, with a successor that stays', () => {
    if (!route.lifecycle) return;
    const successor = routes.find(({ method, path }) => method === route.method && path === route.lifecycle?.successor);
    expect(successor).toMatchObject({ lifecycle: undefined });
  });
});
