import { parse, Source } from 'graphql';
import { expect, it } from 'vitest';
import { checkExecutable } from './checkExecutable.ts';
import { composeContract } from './composeGraph.ts';
import { graphSource, registeredSources } from './graphSource.ts';

const source = (name: string, sdl: string) => ({
  ...{ name, url: `http://${name}` },
  document: parse(new Source(sdl, `${name}.graphql`)),
});

it('a directive for documents that one subgraph alone declares is told: composition leaves it out in silence', () => {
  const sources = [
    source('orders', 'directive @trace(as: String) on QUERY | FIELD\ndirective @own on OBJECT\ntype Query { a: Int }'),
    source('menu', 'directive @trace on FIELD\ntype Query { b: Int }'),
  ];
  const problems = checkExecutable(sources);
  expect(problems).toMatchObject([
    { where: 'orders.graphql:1', message: expect.stringMatching(/^@trace on QUERY is declared by orders, but not/) },
  ]);
  expect(checkExecutable([...sources, source('stores', 'type Query { c: Int }')])[0]?.message).toMatch(
    /^@trace on QUERY, FIELD is declared by orders/,
  );
});

it('one that all declare is in the contract', () => {
  const sdl = 'directive @trace on FIELD\n';
  const sources = ['one', 'two'].map((name) =>
    graphSource(name, `http://${name}`, `${sdl}type Query { ${name}: Int }`, `${name}.graphql`),
  );
  expect(checkExecutable(sources)).toEqual([]);
  expect(composeContract('g', sources).contract).toContain('directive @trace on FIELD');
});

it('the graph loses none', () => {
  expect(checkExecutable(registeredSources())).toEqual([]);
});
