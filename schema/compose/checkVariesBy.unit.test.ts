import { expect, it } from 'vitest';
import { checkVariesBy } from './checkVariesBy.ts';
import { composeChannel } from './composeChannel.ts';
import { composeGraph } from './composeGraph.ts';
import { graphSource } from './graphSource.ts';
import { indexTypes } from './typeIndex.ts';

const subgraph = (name: string, sdl: string) =>
  graphSource(name, `http://localhost/${name}`, sdl, `subgraphs/${name}/schema.graphql`);
const messages = (...sdl: string[]) =>
  checkVariesBy(indexTypes(sdl.map((each, index) => subgraph(`s${index}`, each)))).map(
    ({ where, message }) => `${where}: ${message}`,
  );

it('accepts declarations that are the same everywhere, in any order, or missing in other subgraphs', () => {
  expect(
    messages(
      'type Shop @variesBy(caller: ["subject", "store"]) { id: ID! takings: Int @variesBy(caller: []) }',
      'type Shop @variesBy(caller: ["store", "subject"]) { id: ID! takings: Int @variesBy(caller: []) }',
      'type Shop { id: ID! takings: Int }',
    ),
  ).toEqual([]);
});

it('refuses an unknown dimension', () => {
  expect(messages('\ntype Shop { takings: Int @variesBy(caller: ["store", "shop"]) }')).toEqual([
    'subgraphs/s0/schema.graphql:2: Shop.takings varies by "shop", which no caller has. Use subject, store, courier, partner, vendor, device, or [] for an answer that is the same for all.',
  ]);
});

it('refuses two subgraphs that disagree on a type or a field', () => {
  expect(
    messages(
      'type Shop @variesBy(caller: ["store"]) { id: ID! }',
      '\ntype Shop @variesBy(caller: ["subject"]) { id: ID! }',
    ),
  ).toEqual([
    'subgraphs/s1/schema.graphql:2: Shop varies by [subject] here, but by [store] in subgraphs/s0/schema.graphql:1. Write the same in both: all that any of them depends on.',
  ]);
  expect(
    messages(
      'type Shop { takings: Int @variesBy(caller: []) }',
      'type Shop { takings: Int @variesBy(caller: ["store"]) }',
    )[0],
  ).toContain('Shop.takings varies by [store] here, but by [] in');
});

it('is kept in the graph, and in the graph of a channel', () => {
  const sources = [
    subgraph(
      'shops',
      `
    type Query { shop: Shop @tag(name: "kiosk") @variesBy(caller: ["store"]) }
    type Shop @variesBy(caller: []) @tag(name: "kiosk") @show(fields: "name") { name: String! }`,
    ),
  ];
  for (const supergraph of [
    composeGraph('the full graph', sources),
    composeChannel({ name: 'kiosk', tags: ['kiosk'] }, sources).supergraph,
  ]) {
    expect(supergraph).toMatch(/shop: Shop .*@variesBy\(caller: \["store"\]\)/);
    expect(supergraph).toMatch(/type Shop[^{]*@variesBy\(caller: \[\]\)/);
  }
});
