import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** What follows a request through every hop: into calls, events and log lines. */
export interface Trace {
  /** W3C trace context, https://www.w3.org/TR/trace-context/#traceparent-header. */
  readonly traceparent: string;
  /** Shared by everything that follows from one request. */
  readonly correlationId: string;
  /** Id of the event or request that led here. */
  readonly causationId: string;
  /** `<kind>:<subject>` of who acts. */
  readonly actor: string;
  /** `<kind>:<subject>` for whom they act, if it is not for themselves. It is for the record, and gives no rights. */
  readonly onBehalfOf?: string;
}

const storage = new AsyncLocalStorage<Trace>();
const format = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A trace that begins here, sampled. */
export const newTraceparent = (): string => `00-${randomHex(16)}-${randomHex(8)}-01`;

export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35);

/** Bytes for ids, drawn many at a time: a call for each of them costs more than the id. */
let drawn = Buffer.alloc(0);
let used = 0;

function randomHex(length: number): string {
  if (used + length > drawn.length) {
    drawn = randomBytes(4_096);
    used = 0;
  }
  used += length;
  return drawn.toString('hex', used - length, used);
}

/** Same trace, a new span: what is sent to the next hop. */
export const childTraceparent = (traceparent: string): string =>
  `${traceparent.slice(0, 36)}${randomHex(8)}${traceparent.slice(52)}`;

/** The header if it is well formed, else a new trace: a malformed one is ignored, as the specification asks. */
export const acceptTraceparent = (header: string | undefined | null): string =>
  header && format.test(header) ? header : newTraceparent();

/** The trace of the work in hand; a fresh one by `system` where nothing set one. */
export function currentTrace(): Trace {
  const trace = storage.getStore();
  if (trace) return trace;
  const traceparent = newTraceparent();
  return {
    traceparent,
    correlationId: traceIdOf(traceparent),
    causationId: traceIdOf(traceparent),
    actor: 'service:system',
  };
}

/** The trace of the work in hand, if any was set: for log lines. */
export const activeTrace = (): Trace | undefined => storage.getStore();

export const runWithTrace = <T>(trace: Trace, work: () => T): T => storage.run(trace, work);

/** The trace of a request that came in with this header. */
export function traceOfRequest(traceparent: string | undefined | null, actor: string, onBehalfOf?: string): Trace {
  const accepted = acceptTraceparent(traceparent);
  const id = traceIdOf(accepted);
  return { traceparent: accepted, correlationId: id, causationId: id, actor, ...behalf(actor, onBehalfOf) };
}

/** The part of a trace that names for whom an actor acts: nothing when it is for itself. */
export const behalf = (actor: string, onBehalfOf: string | undefined): Pick<Trace, 'onBehalfOf'> =>
  onBehalfOf === undefined || onBehalfOf === actor ? {} : { onBehalfOf };

/** The header by which a service tells another for whom it acts. */
export const onBehalfOfHeader = 'on-behalf-of';

const partyFormat = /^(user|service|anonymous):[\x21-\x7e]{1,255}$/;

/** What a service says of whom it acts for; undefined for what names nobody. */
export const acceptParty = (header: string | undefined | null): string | undefined =>
  header && partyFormat.test(header) ? header : undefined;

/** Whom the work in hand is for: what a service does next for somebody, it does for the same one. */
export const partyServed = ({ actor, onBehalfOf }: Pick<Trace, 'actor' | 'onBehalfOf'>): string => onBehalfOf ?? actor;
