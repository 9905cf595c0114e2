import { ConcurrencyError } from './concurrencyError.ts';
import { errorCodes } from './databaseFailure.ts';

/**
 * Throw this from an event handler when trying again cannot help: the event is parked at once, with the error's message
 * as the reason.
 */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

const codes = new Set([
  // Node and undici: the other end is not there, or does not answer.
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTCONN',
  'ENOSPC',
  'EMFILE',
  'ENFILE',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'TimeoutError',
  'AbortError',
  'SessionLost',
  // Prisma: no connection, time-outs of connection, pool, query and transaction, a deadlock.
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
  'P2034',
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
  'DatabaseDoesNotExist',
  // PostgreSQL: a server that takes no writes, such as a standby; serialization, deadlock, cancelled by a time-out,
  // lock not available, idle or transaction time-out.
  '25006',
  '40001',
  '40P01',
  '57014',
  '55P03',
  '25P03',
  '25P04',
  // The session was reset: it is told once, and prepared again.
  '26000',
]);

/** SQLSTATE classes: connection exception, insufficient resources, operator intervention (shutdown), system error. */
const sqlStateClasses = /^(?:08|53|57P|58)[0-9A-Z]{2,3}$/;

/** `@connectrpc/connect` codes: deadline exceeded, resource exhausted, unavailable. */
const rpcCodes = new Set(['4', '8', '14']);

const messages =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|client was closed|server closed the connection|query read timeout|socket hang up|can't reach database|server has closed the connection|cannot use a pool after calling end|cached plan must not change result type|is not currently accepting connections/i;

/**
 * Whether an error comes from something around the handler (a connection, a time-out, a full disk, a service that is
 * down), rather than from the handler or the event. After such a failure the event is tried again until it succeeds,
 * and is never parked: the failure says nothing about the event.
 */
export function isInfrastructureFailure(error: unknown): boolean {
  if (error instanceof ConcurrencyError || error instanceof PermanentFailure) return false;
  const found = errorCodes(error);
  const isRpc = found.has('ConnectError');
  for (const code of found)
    if (codes.has(code) || sqlStateClasses.test(code) || (isRpc && rpcCodes.has(code))) return true;
  for (let each: unknown = error; each instanceof Error; each = each.cause)
    if (messages.test(each.message)) return true;
  return false;
}
