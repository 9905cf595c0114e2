import type { Logger } from 'pino';
import type { Principal } from '#platform/identity/principal.ts';
import type { Documents, PreparedDocument } from './documents.ts';

/** Plans documents for principals who are refused nothing, giving way to requests after each. */
export function planAhead(
  prepared: readonly PreparedDocument[],
  documents: Documents,
  signal: AbortSignal,
  log: Logger,
): void {
  const everything: Principal = {
    kind: 'service',
    subject: 'plan-ahead',
    roles: [],
    scopes: new Set(['admin']),
    bindings: {},
    channel: 'internal',
  };
  const [next, ...rest] = prepared;
  if (!next || signal.aborted) return;
  setImmediate(() => {
    try {
      documents.variantFor(next, everything);
    } catch (error) {
      log.error({ err: error, operation: next.operationName }, 'a trusted document cannot be planned');
    }
    planAhead(rest, documents, signal, log);
  });
}
