import type { Logger } from 'pino';
import { adminService } from '#platform/identity/principal.ts';
import type { Documents, PreparedDocument } from './documents.ts';

const refusedNothing = adminService('plan-ahead');

/**
 * Plans documents before anybody asks for them, for principals who are refused nothing. It plans one document per turn
 * of the event loop, so that requests are served in between, and stops when `signal` aborts.
 */
export function planAhead(
  prepared: readonly PreparedDocument[],
  documents: Documents,
  signal: AbortSignal,
  log: Logger,
): void {
  const [next, ...rest] = prepared;
  if (!next || signal.aborted) return;
  setImmediate(() => {
    try {
      documents.variantFor(next, refusedNothing);
    } catch (error) {
      log.error({ err: error, operation: next.operationName }, 'a trusted document could not be planned ahead');
    }
    planAhead(rest, documents, signal, log);
  });
}
