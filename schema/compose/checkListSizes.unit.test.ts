import { expect, it } from 'vitest';
import { checkListSizes } from './checkListSizes.ts';
import { graphSource } from './graphSource.ts';
import { indexTypes } from './typeIndex.ts';

const messages = (sdl: string) =>
  checkListSizes(indexTypes([graphSource('s', 'http://localhost/s', sdl, 'subgraphs/s/schema.graphql')])).map(
    ({ where, message }) => `${where}: ${message.split(',')[0]!}`,
  );

it('accepts lists that say how long they may be, by themselves or by every field that returns what they are in', () => {
  expect(
    messages(`
      type Query { shops(first: Int): Shops @listSize(slicingArguments: ["first"], sizedFields: ["edges"]) }
      type Shops { edges: [Shop!]! }
      type Shop { wares: [Ware] @listSize(assumedSize: 4) names: [String!]! outside: [Ware] @external }
      type Ware { id: ID }
    `),
  ).toEqual([]);
});

it('refuses a list of objects of which nothing is known, also where one of two ways to it says nothing', () => {
  expect(
    messages(`
      type Query {
        shops(first: Int): Shops @listSize(slicingArguments: ["first"], sizedFields: ["edges"])
        others: Shops
      }
      type Shops { edges: [Shop!]! }
      type Shop { found: [Found] id: ID }
      union Found = Shop
    `),
  ).toEqual([
    'subgraphs/s/schema.graphql:6: Shops.edges is a list',
    'subgraphs/s/schema.graphql:7: Shop.found is a list',
  ]);
});
