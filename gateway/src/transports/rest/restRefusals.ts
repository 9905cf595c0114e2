import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { Refusal, retryAfterSeconds } from '../../errors/refusal.ts';
import { errorBody, errorOf, problemJson, RestError } from '../../rest/restError.ts';
import { requestCodings } from '../http/body.ts';
import { json } from '../http/mediaType.ts';
import { varyOf } from './restAnswers.ts';

/** Sends an error as the company's document has errors, or as a problem of RFC 9457 to whoever prefers that. */
export function sendRefusal(
  error: RestError,
  traceparent: string,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const asProblem = new Negotiator(request.raw).mediaTypes([json, problemJson])[0] === problemJson;
  return reply
    .code(error.status)
    .headers({ traceparent, vary: varyOf(reply), 'cache-control': 'no-store', ...usualHeaders(error.status) })
    .headers(error.headers)
    .type(`${asProblem ? problemJson : json}; charset=utf-8`)
    .send(JSON.stringify(errorBody(error, asProblem)));
}

/** The error that a client is told for what was thrown. `tell` logs what nobody expected, and gives its message. */
export function restErrorOf(
  thrown: unknown,
  anonymous: boolean,
  tell: (thrown: unknown) => { message: string },
): RestError {
  if (thrown instanceof RestError) return thrown;
  if (thrown instanceof Refusal)
    return errorOf(thrown.errors, anonymous, thrown.status === 'document' ? undefined : thrown.status);
  const status = (thrown as { statusCode?: unknown }).statusCode;
  if (status === 415) return wrongType();
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new RestError(status, 'BAD_REQUEST', (thrown as Error).message);
  return new RestError(500, 'INTERNAL_SERVER_ERROR', tell(thrown).message);
}

/** The refusal of a body whose type the route does not read. */
export const wrongType = (headers?: Record<string, string>): RestError =>
  new RestError(415, 'UNSUPPORTED_MEDIA_TYPE', `Send the request as \`Content-Type: ${json}\`.`, [], headers);

/** The headers that HTTP asks for with a status, whatever the reason. */
function usualHeaders(status: number): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer' };
  if (status === 429 || status === 503) return { 'retry-after': String(retryAfterSeconds) };
  if (status === 415) return { 'accept-encoding': requestCodings };
  // The rest of the body has not been read, and could not be told from the next request on the same connection.
  return status === 413 ? { connection: 'close' } : {};
}
