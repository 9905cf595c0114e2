import Negotiator from 'negotiator';

export const graphqlResponse = 'application/graphql-response+json';
export const json = 'application/json';
export const eventStream = 'text/event-stream';

export type ResponseType = typeof graphqlResponse | typeof json;

const ofAccept = (accept: string | undefined): Negotiator => new Negotiator({ headers: accept ? { accept } : {} });
const offered: ReadonlyMap<string, ResponseType> = new Map([
  [json, json],
  [graphqlResponse, graphqlResponse],
  // Some clients ask for the charset as well.
  [`${json}; charset=utf-8`, json],
  [`${graphqlResponse}; charset=utf-8`, graphqlResponse],
]);

/**
 * What the answer is written as, by the `Accept` header: JSON where the client does not care; undefined where it takes
 * neither.
 */
export function negotiate(accept: string | undefined): ResponseType | undefined {
  const [best] = ofAccept(accept?.toLowerCase()).mediaTypes([...offered.keys()]);
  return best === undefined ? undefined : offered.get(best);
}

/** Whether a client reads event streams, by its `Accept` header; a wildcard does not say so. */
export const acceptsEventStream = (accept: string | undefined): boolean =>
  ofAccept(accept?.toLowerCase()).mediaTypes().includes(eventStream);

export type ContentCoding = 'gzip' | 'identity';

/**
 * How the answer may be coded, by the `Accept-Encoding` header; undefined where the client takes neither way. `isLong`:
 * compressing it is worth its while.
 */
export function codingOf(acceptEncoding: string | undefined, isLong: boolean): ContentCoding | undefined {
  const negotiator = new Negotiator({
    headers: acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding },
  });
  const taken = negotiator.encodings(['gzip', 'identity']) as ContentCoding[];
  // Without the header anything may be sent; what everybody reads is not coded at all.
  if (acceptEncoding === undefined) return 'identity';
  if (!isLong && taken.includes('identity')) return 'identity';
  return taken[0];
}
