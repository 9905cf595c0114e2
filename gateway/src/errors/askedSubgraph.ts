import type { GraphQLError } from 'graphql';

/**
 * Under this, the extensions of an error hold which subgraph was asked. It is no name, so that nothing that a subgraph
 * says of its errors is overwritten, and JSON leaves it out.
 */
export const askedSubgraph = Symbol('asked subgraph');

export const subgraphOf = ({ extensions }: Pick<GraphQLError, 'extensions'>): string | undefined =>
  (extensions as Readonly<Record<symbol, unknown>>)[askedSubgraph] as string | undefined;
