import type { FastifyReply, FastifyRequest } from 'fastify';
import vary from 'vary';
import { stringifyExactly } from '../../documents/exactNumber.ts';
import { lifecycleHeaders } from '../../rest/lifecycle.ts';
import type { Route } from '../../rest/route.ts';
import { entityTag, locationOf, type RestAnswer } from '../../rest/shapeAnswer.ts';
import { varyBy } from '../http/cacheControl.ts';
import { json } from '../http/mediaType.ts';

/** Sends what a route gave: its body, its ETag, and who may keep it for how long. */
export function sendAnswer(
  { route, traceparent }: { readonly route: Route; readonly traceparent: string },
  request: FastifyRequest,
  reply: FastifyReply,
  { status, body, next, missing }: RestAnswer,
): FastifyReply {
  reply.code(status).headers({ traceparent, vary: varyOf(reply), 'cache-control': 'no-store' });
  if (route.location !== undefined) reply.header('location', locationOf(route.location, request.params, body));
  const { headers, link } = lifecycleHeaders(route);
  reply.headers(headers);
  if (next !== undefined) link.unshift(nextLink(request.url, next));
  if (link.length > 0) reply.header('link', link.join(', '));
  if (missing.length > 0) reply.header('incomplete', missing.join(', '));
  if (body === undefined) return reply.send();
  const text = stringifyExactly(body);
  if (missing.length === 0) {
    const tag = entityTag(body, text);
    reply.header('etag', tag);
    if (route.method === 'GET') {
      reply.header('cache-control', cacheControlOf(route, request));
      if (matches(request.headers['if-none-match'], tag)) return reply.code(304).send();
    }
  }
  return reply.type(`${json}; charset=utf-8`).send(text);
}

/** The header `Vary` of an answer: what in a request it depends on, with `Origin` where other origins call. */
export const varyOf = ({ raw }: FastifyReply): string =>
  // In small letters, as @fastify/compress looks for its own, which it would add once more.
  vary.append(String(raw.getHeader('vary') ?? ''), varyBy.toLowerCase());

/** Whether nothing in the request says who asks. */
export const isAnonymous = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  headers.authorization === undefined && headers['signature-input'] === undefined;

/** Anybody's caches may keep what a caller without a token got; everything else is asked for again by its ETag. */
function cacheControlOf({ cacheSeconds }: Route, { headers }: FastifyRequest): string {
  if (cacheSeconds === undefined) return 'private, no-cache';
  return `${isAnonymous({ headers }) ? 'public' : 'private'}, max-age=${cacheSeconds}`;
}

/** The weak comparison of RFC 9110, 8.8.3.2. */
export function matches(header: string | undefined, tag: string): boolean {
  const opaque = (each: string) => each.trim().replace(/^W\//, '');
  return (header ?? '').split(',').some((each) => each.trim() === '*' || opaque(each) === opaque(tag));
}

function nextLink(target: string, after: string): string {
  const url = new URL(target, 'http://localhost');
  url.searchParams.set('page[after]', after);
  return `<${url.pathname}${url.search}>; rel="next"`;
}
