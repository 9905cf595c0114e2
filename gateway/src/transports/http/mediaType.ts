export const graphqlResponse = 'application/graphql-response+json';
export const json = 'application/json';

export type ResponseType = typeof graphqlResponse | typeof json;

/** What the answer is written as, by the `Accept` header: JSON where the client does not care; undefined where it takes neither. */
export function negotiate(accept: string | undefined): ResponseType | undefined {
  if (!accept) return json;
  let best: { type: ResponseType; quality: number } | undefined;
  for (const part of accept.split(',')) {
    const [range = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase());
    const type = range === graphqlResponse ? graphqlResponse : range === json || range === '*/*' || range === 'application/*' ? json : undefined;
    if (!type) continue;
    const quality = Number(parameters.find((each) => each.startsWith('q='))?.slice(2) ?? 1);
    if (quality > 0 && (!best || quality > best.quality || (quality === best.quality && type === graphqlResponse))) best = { type, quality };
  }
  return best?.type;
}
