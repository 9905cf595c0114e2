import type { Domain } from '#platform/domain/domain.ts';
import { reasonOf } from '#platform/telemetry/loggableError.ts';
import { behalf, partyServed, runWithTrace, type Trace } from '#platform/telemetry/trace.ts';
import type { EventEnvelope } from './defineEvent.ts';
import { issuesOf, majorOf, parseEnvelope } from './envelope.ts';
import type { BusMessage } from './eventBus.ts';
import { isInfrastructureFailure, PermanentFailure } from './failure.ts';
import type { Consumer, Taken } from './consumer.ts';
import { aggregateOf, parkBehind, parkFailed } from './parked.ts';
import { backoffMs, pause } from './pause.ts';
import { inTransaction, sqlTx, type SqlTx } from './sqlTx.ts';

export type Outcome = 'handled' | 'ignored' | 'duplicate' | 'parked';

/** How often an event is tried before it is parked. Failures of the infrastructure do not count. */
const mostAttempts = 5;

/**
 * Delivers one message to one consumer: checks it, then records and handles it in one transaction. A message that can
 * never be handled, that keeps failing, or whose aggregate has a parked message already, is parked (set aside as a dead
 * letter). Rejects only on infrastructure failures: the bus then delivers the same message again.
 */
export async function deliver(domain: Domain, consumer: Consumer, message: BusMessage): Promise<Outcome> {
  const checked = checkMessage(consumer, message.value);
  if (checked.kind === 'ignored') return 'ignored';
  if (checked.kind === 'unreadable') return park(domain, consumer, message, checked.reason, 0);
  const { event } = checked;
  // Order, and what waits behind what, hold for one key: that of the aggregate.
  if (event.metadata.aggregateId !== message.key)
    return park(domain, consumer, message, `its key is not its aggregate, ${event.metadata.aggregateId}`, 0);
  return runWithTrace(traceOf(domain, event), () => untilDecided(domain, consumer, message, event));
}

async function untilDecided(
  domain: Domain,
  consumer: Consumer,
  message: BusMessage,
  event: EventEnvelope,
): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const taken = await handleIn(domain, consumer, event, false);
      if (taken !== 'blocked') return taken === 'first' ? 'handled' : 'duplicate';
      if (await parkBehind(domain.pool, consumer.name, message)) return 'parked';
    } catch (error) {
      if (isInfrastructureFailure(error)) throw error;
      const { eventId, eventType } = event;
      domain.log.warn(
        { err: error, consumer: consumer.name, eventId, eventType, attempt },
        'a consumer failed to handle an event',
      );
      if (error instanceof PermanentFailure || attempt >= mostAttempts)
        return park(domain, consumer, message, reasonOf(error), attempt);
      await pause(backoffMs(attempt, 25, 1_000));
    }
  }
}

export type CheckedMessage =
  /** The event, with its data as the event's definition parses it. */
  | { readonly kind: 'event'; readonly event: EventEnvelope }
  /** The consumer does not hear events of this name, or this one does not concern it. */
  | { readonly kind: 'ignored' }
  /** The message can never be handled, for this reason. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * What the checks of a message have come to, by what was checked. A process reads a message once and hands the same
 * object to each consumer that hears it, so it is checked once, too.
 */
const checks = new WeakMap<object, Map<object, unknown>>();
/** Stands in `checks` for the check of the envelope, beside those of data by their definitions. */
const envelopeParts = {};

function onceFor<Result>(value: unknown, what: object, check: () => Result): Result {
  if (typeof value !== 'object' || value === null) return check();
  const done = checks.get(value) ?? new Map<object, unknown>();
  checks.set(value, done);
  if (!done.has(what)) done.set(what, check());
  return done.get(what) as Result;
}

/** Reads a message of the bus for a consumer: is it an event that the consumer hears, and in a shape that it knows? */
export function checkMessage(consumer: Consumer, value: unknown): CheckedMessage {
  const parsed = onceFor(value, envelopeParts, () => parseEnvelope(value));
  if (parsed.kind === 'invalid') return { kind: 'unreadable', reason: parsed.reason };
  const definition = consumer.events.find(({ name }) => name === parsed.envelope.eventType);
  if (!definition) return { kind: 'ignored' };
  if (majorOf(parsed.envelope.version) !== majorOf(definition.version)) {
    return {
      kind: 'unreadable',
      reason: `unknown version ${parsed.envelope.version} of ${definition.name}; this consumer knows ${definition.version}`,
    };
  }
  const data = onceFor(value, definition, () => definition.schema.safeParse(parsed.envelope.data));
  if (!data.success)
    return {
      kind: 'unreadable',
      reason: `invalid ${definition.name} ${parsed.envelope.version}: ${issuesOf(data.error)}`,
    };
  const event = { ...parsed.envelope, data: data.data };
  return consumer.concerns?.(event) === false ? { kind: 'ignored' } : { kind: 'event', event };
}

/** The trace under which an event is handled: it continues the trace of the request that caused the event. */
const traceOf = ({ name }: Domain, { eventId, metadata }: EventEnvelope): Trace => {
  const { traceparent, correlationId } = metadata;
  const actor = `service:${name}`;
  return { traceparent, correlationId, causationId: eventId, actor, ...behalf(actor, partyServed(metadata)) };
};

/**
 * Tries once to handle an event: records it in the inbox and handles it, in one transaction (or, where the consumer
 * says so, in none) and under the event's trace. `before` runs first, always in a transaction.
 */
export function handleIn(
  domain: Domain,
  consumer: Consumer,
  event: EventEnvelope,
  replaying: boolean,
  before?: (tx: SqlTx) => Promise<void>,
): Promise<Taken> {
  const take = async (tx: SqlTx): Promise<Taken> => {
    await before?.(tx);
    const taken = await consumer.take(tx, event, replaying, domain);
    if (taken === 'first') await consumer.handle(event, { domain, tx });
    return taken;
  };
  return runWithTrace(traceOf(domain, event), async () => {
    const atOnce = !replaying && !before && consumer.takeAndHandle;
    if (atOnce) {
      const taken = await atOnce(domain.pool, event).catch((error: unknown) => {
        if (isInfrastructureFailure(error)) throw error;
        domain.metrics?.count('projectionsInSteps', { domain: domain.name, consumer: consumer.name });
      });
      if (taken) return taken;
    }
    if (consumer.within === 'sql' || (consumer.within === 'nothing' && before)) return inTransaction(domain.pool, take);
    if (consumer.within === 'nothing') return take(sqlTx(domain.pool));
    return domain.transaction((tx) => take(tx as unknown as SqlTx));
  });
}

async function park(
  domain: Domain,
  consumer: Consumer,
  message: BusMessage,
  reason: string,
  attempts: number,
): Promise<Outcome> {
  await parkFailed(domain.pool, consumer.name, message, { reason, attempts });
  domain.log.error(
    { consumer: consumer.name, topic: message.topic, aggregate: aggregateOf(message), reason },
    'an event was parked: see "events parked list"',
  );
  return 'parked';
}
