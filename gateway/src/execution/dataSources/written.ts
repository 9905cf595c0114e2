import type { SubgraphRequest } from '#platform/subgraph/execution.ts';
import { stringifyExactly } from '../../documents/exactNumber.ts';
import type { WrittenRequest } from './subgraphFetch.ts';

/** Anything that is not plainly a query is taken for a mutation: neither shared nor sent twice. */
export const isQuery = (query: string): boolean => /^\s*(query\b|\{)/.test(query);

export function written({ query, variables, operationName }: SubgraphRequest): WrittenRequest {
  const json = stringifyExactly({ query, variables, operationName: operationName ?? undefined });
  return { query, isQuery: isQuery(query), body: Buffer.from(json), sameAs: json };
}
