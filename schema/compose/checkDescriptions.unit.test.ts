import { expect, it } from 'vitest';
import { checkDescriptions } from './checkDescriptions.ts';
import { graphSource, registeredSources } from './graphSource.ts';
import { indexTypes } from './typeIndex.ts';

const messages = (...sdl: string[]) =>
  checkDescriptions(
    indexTypes(
      sdl.map((each, index) =>
        graphSource(`s${index}`, `http://localhost/s${index}`, each, `subgraphs/s${index}/schema.graphql`),
      ),
    ),
  ).map(({ where, message }) => `${where}: ${message}`);

it('accepts a type that all subgraphs describe alike, or not at all', () => {
  expect(
    messages(
      '"A shop." type Shop { "Id of the shop." id: ID! }',
      '"A shop." type Shop { id: ID! }',
      'type Shop { "Id of the shop." id: ID! }',
    ),
  ).toEqual([]);
});

it('refuses a type that two subgraphs describe differently, and names both places', () => {
  expect(messages('"A shop." type Shop { id: ID! }', '\n"A shop, as stock knows it." type Shop { id: ID! }')).toEqual([
    'subgraphs/s1/schema.graphql:2: Shop is described differently in subgraphs/s0/schema.graphql:1. Write the same text in both: clients see only one.',
  ]);
});

it.each([
  ['a field', 'type Shop { "Its id." id: ID! }', 'type Shop { "Id of the shop." id: ID! }', 'Shop.id'],
  ['a value of an enum', 'enum Locale { "English." EN }', 'enum Locale { "British English." EN }', 'Locale.EN'],
])('refuses %s that two subgraphs describe differently', (_kind, one, other, what) => {
  expect(messages(one, other)).toEqual([expect.stringContaining(`${what} is described differently`)]);
});

it('finds nothing to refuse in the subgraphs of the chain', () => {
  expect(checkDescriptions(indexTypes(registeredSources()))).toEqual([]);
});
