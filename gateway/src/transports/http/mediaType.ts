import Negotiator from 'negotiator';

export const graphqlResponse = 'application/graphql-response+json';
/** Shorter answers are sent uncompressed. */
export const compressFromBytes = 1_024;

export const json = 'application/json';
export const eventStream = 'text/event-stream';

export type ResponseType = typeof graphqlResponse | typeof json;

/** What a header says, worked out once for each text of it: clients send few different ones. */
function remembered<T>(work: (header: string | undefined) => T): (header: string | undefined) => T {
  const known = new Map<string | undefined, T>();
  return (header) => {
    if (known.has(header)) return known.get(header)!;
    const made = work(header);
    if (known.size < 200 && (header?.length ?? 0) < 500) known.set(header, made);
    return made;
  };
}

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
export const negotiate: (accept: string | undefined) => ResponseType | undefined = remembered((accept) => {
  const [best] = ofAccept(accept?.toLowerCase()).mediaTypes([...offered.keys()]);
  return best === undefined ? undefined : offered.get(best);
});

/** Whether a client accepts event streams, by its `Accept` header. A wildcard does not count. */
export const acceptsEventStream: (accept: string | undefined) => boolean = remembered((accept) =>
  ofAccept(accept?.toLowerCase()).mediaTypes().includes(eventStream),
);

export type ContentCoding = 'gzip' | 'identity';

const codingsOf = remembered(
  (acceptEncoding) =>
    new Negotiator({ headers: acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding } }).encodings([
      'gzip',
      'identity',
    ]) as ContentCoding[],
);

/**
 * The content coding of the answer, by the `Accept-Encoding` header; undefined if the client accepts neither gzip nor
 * an uncompressed answer. `isLong`: the answer is long enough for compression to be worth it.
 */
export function codingOf(acceptEncoding: string | undefined, isLong: boolean): ContentCoding | undefined {
  const taken = codingsOf(acceptEncoding);
  // Without the header any coding is allowed; every client can read an uncompressed answer.
  if (acceptEncoding === undefined) return 'identity';
  if (!isLong && taken.includes('identity')) return 'identity';
  return taken[0];
}
