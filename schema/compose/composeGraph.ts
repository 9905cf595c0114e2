import { composeServices } from '@apollo/composition';
import { lexicographicSortSchema, printSchema, type GraphQLError } from 'graphql';
import { apolloProblem } from './apolloProblem.ts';
import { CompositionFailed, placeIn, placeOf, type CompositionProblem } from './compositionProblem.ts';
import type { GraphSource } from './graphSource.ts';

/**
 * The supergraph of these subgraphs, as SDL.
 * @throws CompositionFailed with the file and line of every problem that has one
 */
export const composeGraph = (graph: string, sources: readonly GraphSource[]): string =>
  composed(graph, sources).supergraphSdl;

/**
 * The supergraph of these subgraphs, and the SDL that clients see of it, in a stable order and with descriptions.
 * @throws CompositionFailed with the file and line of every problem that has one
 */
export function composeContract(
  graph: string,
  sources: readonly GraphSource[],
): { readonly supergraph: string; readonly contract: string } {
  const { schema, supergraphSdl } = composed(graph, sources);
  const api = schema.toAPISchema().toGraphQLJSSchema();
  return { supergraph: supergraphSdl, contract: `${printSchema(lexicographicSortSchema(api))}\n` };
}

function composed(graph: string, sources: readonly GraphSource[]) {
  const result = composeServices(sources.map(({ name, url, document }) => ({ name, url, typeDefs: document })));
  if (result.supergraphSdl !== undefined) return result;
  throw new CompositionFailed(
    graph,
    (result.errors ?? []).map((error) => problemOf(graph, error)),
  );
}

function problemOf(graph: string, error: GraphQLError): CompositionProblem {
  const nodes = error.nodes ?? [];
  const places = [...new Set(nodes.map((node) => placeOf(node, '')).filter((place) => place !== ''))];
  return { where: places.join(', ') || graph, place: nodes.map(placeIn).find(Boolean), ...apolloProblem(error) };
}
