import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutionResult } from 'graphql';
import vary from 'vary';
import { stringifyExactly } from '../../documents/exactNumber.ts';
import { lifecycleHeaders } from '../../rest/lifecycle.ts';
import type { Route } from '../../rest/route.ts';
import { entityTag, locationOf, shapeAnswer, type RestAnswer } from '../../rest/shapeAnswer.ts';
import type { KeptAnswer, Written } from '../../kept/keptAnswers.ts';
import { matches, varyBy } from '../http/cacheControl.ts';
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

/** Writes a route's answer for all who get the same. @throws RestError where the operation gave none */
export function writeAnswer(route: Route, result: ExecutionResult): Written {
  const { body, next } = shapeAnswer(route, result, false);
  const text = stringifyExactly(body);
  return { bytes: Buffer.from(text), tag: entityTag(body, text), next };
}

/** Sends an answer that is kept, or was made to be. @param tags by which a CDN keeps it */
export function sendKept(
  { route, traceparent }: { readonly route: Route; readonly traceparent: string },
  request: FastifyRequest,
  reply: FastifyReply,
  answer: KeptAnswer,
  tags: Readonly<Record<string, string>>,
): FastifyReply {
  const { headers, link } = lifecycleHeaders(route);
  if (answer.next !== undefined) link.unshift(nextLink(request.url, answer.next));
  reply.headers({
    traceparent,
    vary: varyOf(reply),
    etag: answer.tag,
    // Who asked before an event has an answer from before it, and no one else is to have it.
    'cache-control': answer.isCurrent ? cacheControlOf(route, request) : 'no-store',
    ...headers,
    ...(link.length > 0 && { link: link.join(', ') }),
    ...tags,
  });
  if (matches(request.headers['if-none-match'], answer.tag)) return reply.code(304).send();
  return reply.code(200).type(`${json}; charset=utf-8`).send(answer.bytes);
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

function nextLink(target: string, after: string): string {
  const url = new URL(target, 'http://localhost');
  url.searchParams.set('page[after]', after);
  return `<${url.pathname}${url.search}>; rel="next"`;
}
