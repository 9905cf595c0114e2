import { parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { composeGraph } from '#schema/compose/composeGraph.ts';
import { graphSource } from '#schema/compose/graphSource.ts';
import { buildGraph } from '../graph/graph.ts';
import { OperationCost, checkCost } from './cost.ts';

const graph = buildGraph(
  composeGraph('the graph', [
    graphSource(
      'shops',
      'http://localhost/shops',
      `
      type Query {
        shop: Shop
        shops(first: Int = 20, filter: Filter): ShopConnection @listSize(slicingArguments: ["first"], sizedFields: ["edges"])
        paged(first: Int, last: Int): [Shop] @listSize(slicingArguments: ["first", "last"])
        loose(first: Int): [Shop] @listSize(slicingArguments: ["first"], assumedSize: 7, requireOneSlicingArgument: false)
        search(text: String @cost(weight: 400)): Shop
        found: [Found] @listSize(assumedSize: 2)
        things: [Thing] @listSize(assumedSize: 2)
        undeclared: [Shop]
      }
      type Mutation { open: Shop close: Shop }
      input Filter { text: String @cost(weight: 50) city: String }
      type ShopConnection { edges: [ShopEdge] pageInfo: PageInfo }
      type ShopEdge { node: Shop }
      interface Thing { id: ID wares: [Ware] }
      type Shop implements Thing { id: ID name: String wares: [Ware] @listSize(assumedSize: 3) report: Report owner: Person }
      type Vault implements Thing { id: ID wares: [Ware] @listSize(assumedSize: 5) }
      type Ware { id: ID shop: Shop }
      type Person { name: String }
      type Report @cost(weight: 30) { total: Int picture: String @cost(weight: 9) }
      union Found = Shop | Vault | Person
      `,
      'shops.graphql',
    ),
  ]),
);

function costOf(source: string, variables: Record<string, unknown> = {}): number {
  const document = parse(source);
  const operation = document.definitions.find((each): each is OperationDefinitionNode => 'operation' in each)!;
  return new OperationCost(document, operation, graph, 10).of(variables);
}

describe('the cost of an operation', () => {
  it.each<[string, number]>([
    ['{ shop { id name } }', 1],
    ['{ shop { wares { id shop { id } } } }', 1 + 3 * 2],
    // As the schema says by default, or as long as its page.
    ['{ shops { edges { node { id } } pageInfo { endCursor } } }', 1 + 20 * 2 + 1],
    ['{ shops(first: 100) { edges { node { wares { id } } } } }', 1 + 100 * (1 + 1 + 3)],
    ['{ shops(first: 0) { edges { node { id } } } }', 1],
    ['{ shops(first: -5) { edges { node { id } } } }', 1],
    ['{ loose { id } }', 7],
    ['{ loose(first: 4) { id } }', 4],
    ['{ undeclared { id } }', 10],
    ['{ shop { report { total picture } } }', 1 + 30 + 9],
    ['{ search(text: "x") { id } }', 401],
    ['{ search { id } }', 1],
    ['{ shops(first: 1, filter: { text: "x", city: "y" }) { edges { node { id } } } }', 50 + 1 + 2],
    ['mutation { open { id } again: open { id } }', 2 * 11],
    // Tools may ask about the schema.
    ['{ __schema { types { fields { name } } } __typename }', 0],
  ])('%s is %d', (source, cost) => {
    expect(costOf(source)).toBe(cost);
  });

  it('multiplies pages within pages, and adds up aliases', () => {
    const aliases = [1, 2, 3].map(
      (at) => `a${at}: shops(first: 100) { edges { node { wares { shop { wares { id } } } } } }`,
    );
    expect(costOf(`{ ${aliases.join(' ')} }`)).toBe(3 * (1 + 100 * (2 + 3 * (1 + 1 + 3))));
  });

  it('goes by the values of variables, and by those of conditions', () => {
    const source = `query($first: Int = 5, $wares: Boolean!, $filter: Filter) {
      shops(first: $first, filter: $filter) { edges { node { wares @include(if: $wares) { id } owner @skip(if: $wares) { name } } } } }`;
    expect(costOf(source, { first: 5, wares: true })).toBe(1 + 5 * (2 + 3));
    expect(costOf(source, { first: 50, wares: false })).toBe(1 + 50 * (2 + 1));
    expect(costOf(source, { first: 50, wares: false, filter: { text: 'x' } })).toBe(50 + 1 + 50 * (2 + 1));
    expect(costOf('query($size: Int) { loose(first: $size) { id } }', { size: 30 })).toBe(30);
  });

  it('counts what several fragments select of the same field once', () => {
    const source = `{ shops(first: 10) { ...a ...b } }
      fragment a on ShopConnection { edges { node { wares { id } } } }
      fragment b on ShopConnection { edges { node { wares { id } owner { name } } } }`;
    expect(costOf(source)).toBe(1 + 10 * (2 + 3 + 1));
  });

  it('takes of an interface or a union what costs the most', () => {
    expect(
      costOf('{ found { ... on Shop { wares { id } } ... on Vault { wares { id } } ... on Person { name } } }'),
    ).toBe(2 * (1 + 5));
    expect(costOf('{ things { wares { id } ... on Shop { owner { name } } } }')).toBe(2 * (1 + 5 + 1));
  });

  it('is told only of a field with exactly one page size where one is required', () => {
    expect(costOf('{ paged(last: 3) { id } }')).toBe(3);
    expect(() => costOf('{ paged { id } }')).toThrow('paged takes exactly one of these page sizes: first, last');
    expect(() => costOf('{ paged(first: 1, last: 1) { id } }')).toThrow('exactly one');
    const optional = 'query($first: Int, $last: Int) { paged(first: $first, last: $last) { id } }';
    expect(costOf(optional, { first: 4 })).toBe(4);
  });

  it('is refused above the limit with both numbers', () => {
    expect(() => checkCost(100, 100)).not.toThrow();
    expect(() => checkCost(Number.POSITIVE_INFINITY, 100)).toThrow('at most 100');
    expect(() => checkCost(101, 100)).toThrow('may cost 101, and at most 100');
  });
});
