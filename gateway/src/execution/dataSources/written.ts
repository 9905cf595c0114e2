import type { SubgraphRequest } from '#platform/subgraph/execution.ts';
import { stringifyExactly } from '../../documents/exactNumber.ts';
import type { WrittenRequest } from './subgraphFetch.ts';

const ascii = /^[\x20-\x7e]*$/;

/** Text whose characters are the bytes of another one in UTF-8. */
export const asBytes = (text: string): string => (ascii.test(text) ? text : Buffer.from(text).toString('latin1'));

/** Anything that is not plainly a query is taken for a mutation: neither shared nor sent twice. */
export const isQuery = (query: string): boolean => /^\s*(query\b|\{)/.test(query);

export const written = ({ query, variables, operationName }: SubgraphRequest): WrittenRequest => ({
  query,
  isQuery: isQuery(query),
  body: asBytes(stringifyExactly({ query, variables, operationName: operationName ?? undefined })),
});
