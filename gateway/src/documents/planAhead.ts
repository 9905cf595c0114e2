import type { Logger } from 'pino';
import type { Principal } from '#platform/identity/principal.ts';
import type { Documents, PreparedDocument } from './documents.ts';

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
  const everything: Principal = {
    kind: 'service',
    subject: 'plan-ahead',
    grants: [{ role: 'admin', scopes: new Set(['admin']), bindings: {} }],
    channel: 'internal',
  };
  const [next, ...rest] = prepared;
  if (!next || signal.aborted) return;
  setImmediate(() => {
    try {
      documents.variantFor(next, everything);
    } catch (error) {
      log.error({ err: error, operation: next.operationName }, 'a trusted document could not be planned ahead');
    }
    planAhead(rest, documents, signal, log);
  });
}
