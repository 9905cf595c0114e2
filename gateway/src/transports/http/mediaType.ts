import Negotiator from 'negotiator';

export const graphqlResponse = 'application/graphql-response+json';
export const json = 'application/json';
export const eventStream = 'text/event-stream';

export type ResponseType = typeof graphqlResponse | typeof json;

const ofAccept = (accept: string | undefined): Negotiator => new Negotiator({ headers: accept ? { accept } : {} });
const offered: ReadonlyMap<string, ResponseType> = new Map([
  [json, json],
  [graphqlResponse, graphqlResponse],
  // Some clients name the charset, too.
  [`${json}; charset=utf-8`, json],
  [`${graphqlResponse}; charset=utf-8`, graphqlResponse],
]);

/**
 * The media type of the answer, by the `Accept` header: `application/json` if the client has no preference, undefined
 * if it accepts neither type.
 */
export function negotiate(accept: string | undefined): ResponseType | undefined {
  const [best] = ofAccept(accept?.toLowerCase()).mediaTypes([...offered.keys()]);
  return best === undefined ? undefined : offered.get(best);
}

/** Whether a client accepts event streams, by its `Accept` header. A wildcard does not count. */
export const acceptsEventStream = (accept: string | undefined): boolean =>
  ofAccept(accept?.toLowerCase()).mediaTypes().includes(eventStream);

export type ContentCoding = 'gzip' | 'identity';

/**
 * The content coding of the answer, by the `Accept-Encoding` header; undefined if the client accepts neither gzip nor
 * an uncompressed answer. `isLong`: the answer is long enough for compression to be worth it.
 */
export function codingOf(acceptEncoding: string | undefined, isLong: boolean): ContentCoding | undefined {
  const negotiator = new Negotiator({
    headers: acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding },
  });
  const taken = negotiator.encodings(['gzip', 'identity']) as ContentCoding[];
  // Without the header any coding is allowed; every client can read an uncompressed answer.
  if (acceptEncoding === undefined) return 'identity';
  if (!isLong && taken.includes('identity')) return 'identity';
  return taken[0];
}
