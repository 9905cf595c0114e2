import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { buildGraph } from '../graph/graph.ts';
import { Documents } from './documents.ts';
import { defaultLimits } from './limits.ts';

const typeDefs = parse('type Query { one: Int }');
const { supergraphSdl } = composeServices([{ name: 'only', url: 'http://localhost/', typeDefs }]);
const documents = new Documents(
  buildGraph(supergraphSdl!),
  { plan: () => ({}) as never },
  { limits: defaultLimits, discreet: false },
);

it.each(['mutation', 'subscription'])('refuses a %s where the graph has none', (operation) => {
  expect(() => documents.prepare(`${operation} { anything }`)).toThrow(`This graph has no ${operation}.`);
  expect(documents.prepare(`query A { one } ${operation} B { anything }`, 'A').operationName).toBe('A');
});
