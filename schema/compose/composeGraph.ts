import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { lexicographicSortSchema, printSchema, type GraphQLError } from 'graphql';
import { CompositionFailed, placeIn, placeOf, type CompositionProblem } from './compositionProblem.ts';
import type { GraphSource } from './graphSource.ts';

/**
 * The supergraph of these subgraphs, as SDL.
 * @throws CompositionFailed with the file and line of every problem that has one
 */
export function composeGraph(graph: string, sources: readonly GraphSource[]): string {
  const result = composeServices(sources.map(({ name, url, document }) => ({ name, url, typeDefs: document })));
  if (result.supergraphSdl !== undefined) return result.supergraphSdl;
  throw new CompositionFailed(
    graph,
    (result.errors ?? []).map((error) => problemOf(graph, error)),
  );
}

function problemOf(graph: string, error: GraphQLError): CompositionProblem {
  const nodes = error.nodes ?? [];
  const places = [...new Set(nodes.map((node) => placeOf(node, '')).filter((place) => place !== ''))];
  return { where: places.join(', ') || graph, place: nodes.map(placeIn).find(Boolean), message: error.message };
}

/** The SDL that clients see of a supergraph that was just composed, in a stable order and with descriptions. */
export function printContract(supergraphSdl: string): string {
  // Composition has validated it.
  const api = Supergraph.build(supergraphSdl, { validateSupergraph: false }).apiSchema().toGraphQLJSSchema();
  return `${printSchema(lexicographicSortSchema(api))}\n`;
}
