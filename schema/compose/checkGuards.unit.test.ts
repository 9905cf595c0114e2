import { describe, expect, it } from 'vitest';
import { checkGuards } from './checkGuards.ts';
import { graphSource } from './graphSource.ts';
import { indexTypes } from './typeIndex.ts';

const subgraph = (name: string, sdl: string) =>
  graphSource(name, `http://localhost/${name}`, sdl, `subgraphs/${name}/schema.graphql`);
const messages = (...sdl: string[]) =>
  checkGuards(indexTypes(sdl.map((each, index) => subgraph(`s${index}`, each)))).map(
    ({ where, message }) => `${where}: ${message}`,
  );

describe('a field for which silence would mean anybody', () => {
  it('is accepted with a decision', () => {
    expect(
      messages(
        'type Query { shop: Shop @anyone audit: Int @auth(scopes: ["admin"]) } type Shop @key(fields: "id") @anyone(fields: "id name") { id: ID! name: String }',
        'type Shop @key(fields: "id") { id: ID! takings: Int @auth(scopes: ["admin"]) } type Ledger @auth(scopes: ["admin"]) { total: Int }',
        'type Shop @key(fields: "id", resolvable: false) { id: ID! } type Page { shops: [Shop!] }',
      ),
    ).toEqual([]);
  });

  it('is refused on each root type of each subgraph', () => {
    const said = messages(
      'type Query { shop: Int }',
      'type Mutation {\n  close(id: ID!): Int\n}',
      'type Subscription { moved: Int }',
    );
    expect(said).toEqual([
      expect.stringMatching(/^subgraphs\/s0\/schema.graphql:1: Query.shop does not say/),
      'subgraphs/s1/schema.graphql:2: Mutation.close does not say who may ask for it. Write @auth(scopes: ["…"]) behind it, or @anyone if nobody needs a scope.',
      expect.stringMatching(/^subgraphs\/s2\/schema.graphql:1: Subscription.moved does not say/),
    ]);
  });

  it('is refused on an entity, wherever it is declared', () => {
    expect(
      messages(
        'type Shop @key(fields: "id") @anyone(fields: "id") { id: ID! }',
        'type Shop @key(fields: "id") {\n  id: ID!\n  takings: Int }',
      ),
    ).toEqual([
      'subgraphs/s1/schema.graphql:3: Shop.takings does not say who may ask for it. Write @auth(scopes: ["…"]) behind it, or @anyone if nobody needs a scope;' +
        ' many at once: @anyone(fields: "takings …") behind Shop.',
    ]);
  });

  it('is refused in a type with a guarded field or a guarded interface', () => {
    expect(messages('type Page { total: Int @auth(scopes: ["admin"]) rows: Int }')[0]).toContain(
      'Page.rows does not say',
    );
    expect(
      messages(
        'interface Thing @anyone(fields: "id") { id: ID! note: Int @auth(scopes: ["admin"]) } type Box implements Thing @anyone(fields: "id") { id: ID! note: Int }',
      ),
    ).toEqual([expect.stringContaining('Box.note does not say')]);
  });
});

it('a root field of Query that needs scopes is nullable, so that who lacks them keeps the rest of the answer', () => {
  expect(messages('type Query {\n  audit: [Int!]! @auth(scopes: ["admin"])\n  shops: [Int!]! @anyone\n}')).toEqual([
    'subgraphs/s0/schema.graphql:2: Query.audit needs scopes, so it must be nullable: for who lacks them it would take the whole answer away. Remove the ! of its type.',
  ]);
});

describe('decisions that contradict each other', () => {
  it('are refused between an interface and a type, by whose name its fields can be asked for as well', () => {
    const thing = 'interface Thing @anyone(fields: "id") { id: ID! note: Int @auth(scopes: ["admin"]) }';
    const box = (guard: string) => `type Box implements Thing @anyone(fields: "id") { id: ID!\nnote: Int ${guard} }`;
    for (const guard of ['@anyone', '@auth(scopes: ["orders:read"])'])
      expect(messages(thing, box(guard))).toEqual([
        'subgraphs/s1/schema.graphql:2: Box.note is asked for without the scopes of Thing.note, @auth(scopes: [admin]): whoever writes `... on Box` does not meet the guard of the interface. Write the same behind both.',
      ]);
    expect(messages(thing, box('@auth(scopes: ["admin"])'))).toEqual([]);
    expect(messages(thing, 'type Box implements Thing @auth(scopes: ["admin"]) { id: ID! note: Int }')).toEqual([]);
    expect(
      messages(
        'interface Thing @auth(scopes: ["admin"]) { id: ID! }',
        'type Box implements Thing @anyone(fields: "id") { id: ID! }',
      ),
    ).toHaveLength(1);
  });

  it('are refused within a field', () => {
    expect(messages('type Query { a: Int @anyone @auth(scopes: ["admin"]) }')).toEqual([
      'subgraphs/s0/schema.graphql:1: Query.a is for @anyone here, but asks for @auth(scopes: [admin]) in subgraphs/s0/schema.graphql:1. Take either away.',
    ]);
    expect(messages('type Page @anyone(fields: "a") { a: Int @auth(scopes: ["admin"]) }')[0]).toContain(
      'Page.a is for @anyone here',
    );
  });

  it('are refused between subgraphs, since each checks its own SDL only', () => {
    expect(messages('type Page { a: Int @auth(scopes: ["admin"]) }', 'type Page { a: Int }')).toEqual([
      'subgraphs/s1/schema.graphql:1: Page.a asks for @auth(scopes: [admin]) in subgraphs/s0/schema.graphql:1, but not here. Write the same in both: each subgraph checks what itself says.',
    ]);
    expect(
      messages(
        'type Page { a: Int @auth(scopes: ["admin", "b"]) }',
        'type Page { a: Int @auth(scopes: ["b", "admin"]) }',
        'type Page { a: Int @external }',
      ),
    ).toEqual([]);
    expect(messages('type Page @auth(scopes: ["admin"]) { a: Int }', 'type Page { b: Int }')[0]).toContain(
      'Page asks for @auth(scopes: [admin]) in subgraphs/s0/schema.graphql:1, but not here',
    );
    expect(messages('type Page @auth(scopes: ["admin"]) { a: Int @anyone }')[0]).toContain(
      'no field of it is for @anyone',
    );
    expect(messages('type Query @auth(scopes: ["admin"]) { a: Int @auth(scopes: ["admin"]) }')[0]).toContain(
      'Query belongs to all subgraphs',
    );
  });
});

it('names the mistakes in @anyone', () => {
  expect(messages('type Shop @key(fields: "id") @anyone(fields: "id nmae") { id: ID! }')[0]).toContain(
    '@anyone names Shop.nmae, which is not there',
  );
  expect(messages('type Page @anyone { id: ID! }')[0]).toContain('Write @anyone(fields: "id"), as far as it holds.');
  expect(messages('type Query { a: Int @anyone(fields: "a") }')[0]).toContain('remove its argument `fields`');
});
