import {
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isEnumType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
  parse,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { describe, expect, it } from 'vitest';
import { sdlOf } from '#platform/subgraph/sdl.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { mockSubgraph } from './mockSubgraph.ts';

const principal = { kind: 'user', subject: seedId('customer', 1), grants: [], channel: 'web' } as const;
const identity = { verifyInternalToken: () => Promise.resolve(principal) } as Pick<Identity, 'verifyInternalToken'>;
const sdl = (name: string): string => sdlOf(new URL(`../../subgraphs/${name}/`, import.meta.url));

/** Asks a mock that has just been made, as after a start. */
async function ask<Data = Record<string, unknown>>(
  name: string,
  query: string,
  variables: Record<string, unknown> = {},
  mock = mockSubgraph({ name, sdl: sdl(name), identity }),
): Promise<Data> {
  const { data, errors } = await mock({ query, variables }, { authorization: 'Bearer token' });
  expect(errors).toBeUndefined();
  return data as Data;
}

const store = seedId('store', 1);

describe('a mock', () => {
  it('says the same of an entity in every answer and after every start', async () => {
    const entities = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on MenuItem { id name german: name(locale: DE) allergens version } } }`;
    const id = seedId('menuItem', 'cheeseburger');
    const first = await ask<{ _entities: object[] }>('menu', entities, { r: [{ __typename: 'MenuItem', id }] });
    expect(first._entities[0]).toMatchObject({ id, version: 1 });
    expect(await ask('menu', entities, { r: [{ __typename: 'MenuItem', id }] })).toEqual(first);
    const { menuItem } = await ask(
      'menu',
      `{ menuItem(id: "${id}") { id name german: name(locale: DE) allergens version } }`,
    );
    expect(menuItem).toEqual(first._entities[0]);
  });

  it('pages a list that stays the same, and joins it with what the seed has', async () => {
    const page = `query ($first: Int, $after: String) { stores(first: $first, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }`;
    interface Page {
      stores: {
        edges: { cursor: string; node: { id: string } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
    }
    const all = (await ask<Page>('stores', page, { first: 50 })).stores;
    const one = (await ask<Page>('stores', page, { first: 2 })).stores;
    const two = (await ask<Page>('stores', page, { first: 50, after: one.pageInfo.endCursor })).stores;
    expect([one.pageInfo.hasNextPage, all.pageInfo.hasNextPage]).toEqual([true, false]);
    expect([...one.edges, ...two.edges]).toEqual(all.edges);
    const seeded = new Set(Array.from({ length: 12 }, (_, index) => seedId('store', index + 1)));
    expect(all.edges.every(({ node }) => seeded.has(node.id))).toBe(true);
    expect(new Set(all.edges.map(({ node }) => node.id)).size).toBe(all.edges.length);
  });

  it('shows what a mutation was given, until the next start', async () => {
    const mock = mockSubgraph({ name: 'stores', sdl: sdl('stores'), identity });
    const change = `mutation ($input: ChangeStoreInput!) { changeStore(input: $input) { __typename ... on ChangeStoreSuccess { store { id name } } } }`;
    const name = 'Dr. Burger at the Zoo';
    const { changeStore } = await ask(
      'stores',
      change,
      { input: { storeId: store, expectedVersion: 1, name, idempotencyKey: 'a' } },
      mock,
    );
    expect(changeStore).toEqual({ __typename: 'ChangeStoreSuccess', store: { id: store, name } });
    const again = `{ store(id: "${store}") { name } }`;
    expect(await ask('stores', again, {}, mock)).toEqual({ store: { name } });
    expect(await ask('stores', again)).not.toEqual({ store: { name } });
  });

  it('has nothing new for a stream that holds its version', async () => {
    const since = `query ($since: Int) { menuAvailability(storeId: "${store}", since: $since) { reset version changed { itemId } removed } }`;
    const { menuAvailability: first } = await ask<{ menuAvailability: object }>('menu', since);
    expect(first).toMatchObject({ reset: true, version: 1, removed: [] });
    expect(await ask('menu', since, { since: 1 })).toEqual({
      menuAvailability: { reset: false, version: 1, changed: [], removed: [] },
    });
  });

  it('refuses who has no token for the subgraph', async () => {
    const mock = mockSubgraph({ name: 'menu', sdl: sdl('menu'), identity });
    const { data, errors } = await mock({ query: '{ menuCategories { id } }' }, {});
    expect([data, errors?.[0]?.extensions?.['code']]).toEqual([undefined, 'UNAUTHENTICATED']);
  });

  it.each(subgraphs.map(({ name }) => name))('answers every query and mutation of %s by its types', async (name) => {
    const schema = buildSubgraphSchema([{ typeDefs: parse(sdl(name)) }]);
    const mock = mockSubgraph({ name, sdl: sdl(name), identity });
    for (const root of [schema.getQueryType(), schema.getMutationType()])
      for (const field of Object.values(root?.getFields() ?? {})) {
        if (field.name.startsWith('_')) continue;
        const { query, variables } = documentOf(field, root === schema.getQueryType() ? 'query' : 'mutation', schema);
        const data = await ask(name, query, variables, mock);
        const type = getNamedType(field.type);
        if (root === schema.getMutationType() && isUnionType(type))
          expect(data[field.name]).toMatchObject({ __typename: type.getTypes()[0]!.name });
      }
  });
});

/** A document that asks for all that a field has, three levels deep. */
function documentOf(
  field: GraphQLField<unknown, unknown>,
  operation: 'query' | 'mutation',
  schema: GraphQLSchema,
): { query: string; variables: Record<string, unknown> } {
  const required = field.args.filter(isRequiredArgument);
  const declared = required.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const given = required.map(({ name }) => `${name}: $${name}`).join(', ');
  return {
    query: `${operation} ${declared && `(${declared})`} { ${field.name}${given && `(${given})`} ${selection(getNamedType(field.type), schema, 4)} }`,
    variables: Object.fromEntries(required.map(({ name, type }) => [name, sample(type)])),
  };
}

function selection(type: GraphQLNamedType, schema: GraphQLSchema, depth: number): string {
  if (!isCompositeType(type)) return '';
  if (!isObjectType(type))
    return `{ __typename ${schema
      .getPossibleTypes(type)
      .map((each) => `... on ${each.name} ${selection(each, schema, depth)}`)
      .join(' ')} }`;
  const fields = Object.values(type.getFields())
    .filter(({ args, type: of }) => !args.some(isRequiredArgument) && (depth > 0 || !isCompositeType(getNamedType(of))))
    .map(({ name, type: of }) => `${name} ${selection(getNamedType(of), schema, depth - 1)}`);
  return `{ __typename ${fields.join(' ')} }`;
}

function sample(type: GraphQLInputType): unknown {
  const bare = isNonNullType(type) ? type.ofType : type;
  if (isListType(bare)) return [sample(bare.ofType as GraphQLInputType)];
  if (isEnumType(bare)) return bare.getValues()[0]!.name;
  if (isInputObjectType(bare))
    return Object.fromEntries(
      Object.values(bare.getFields())
        .filter(isRequiredInputField)
        .map((field) => [field.name, sample(field.type)]),
    );
  return { ID: store, String: 'text', Int: 1, Long: 1, Float: 1, Boolean: true, DateTime: '2026-01-01T00:00:00.000Z' }[
    (bare as GraphQLNamedType).name
  ];
}
