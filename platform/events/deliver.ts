import type { Domain } from '#platform/domain/domain.ts';
import { reasonOf } from '#platform/telemetry/loggableError.ts';
import { runWithTrace, type Trace } from '#platform/telemetry/trace.ts';
import type { EventEnvelope } from './defineEvent.ts';
import { issuesOf, majorOf, parseEnvelope } from './envelope.ts';
import type { BusMessage } from './eventBus.ts';
import { isInfrastructureFailure, PermanentFailure } from './failure.ts';
import type { Consumer, Taken } from './onEvent.ts';
import { aggregateOf, parkBehind, parkFailed } from './parked.ts';
import { backoffMs, pause } from './pause.ts';
import { inTransaction, type SqlTx } from './sqlTx.ts';

export type Outcome = 'handled' | 'ignored' | 'duplicate' | 'parked';

/** Tries before an event that fails by itself is parked. */
const mostAttempts = 5;

/**
 * Brings one message to one consumer: checked, recorded and handled in one transaction; or set aside.
 * Rejects only on infrastructure failures: the same message is then to be delivered again.
 */
export async function deliver(domain: Domain, consumer: Consumer, message: BusMessage): Promise<Outcome> {
  const checked = checkMessage(consumer, message.value);
  if (checked === 'ignored') return 'ignored';
  if ('reason' in checked) return park(domain, consumer, message, checked.reason, 0);
  const { event } = checked;
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

/**
 * The event as its definition reads it; 'ignored' if this consumer does not hear it, or it is nothing to it; or why it
 * can never be handled.
 */
export function checkMessage(
  consumer: Consumer,
  value: unknown,
): 'ignored' | { event: EventEnvelope } | { reason: string } {
  const parsed = parseEnvelope(value);
  if (!parsed.ok) return { reason: parsed.reason };
  const definition = consumer.events.find(({ name }) => name === parsed.envelope.eventType);
  if (!definition) return 'ignored';
  if (majorOf(parsed.envelope.version) !== majorOf(definition.version)) {
    return {
      reason: `unknown version ${parsed.envelope.version} of ${definition.name}; this consumer knows ${definition.version}`,
    };
  }
  const data = definition.schema.safeParse(parsed.envelope.data);
  if (!data.success)
    return { reason: `invalid ${definition.name} ${parsed.envelope.version}: ${issuesOf(data.error)}` };
  const event = { ...parsed.envelope, data: data.data };
  return consumer.concerns?.(event) === false ? 'ignored' : { event };
}

/** What is done about an event, and said of it, goes on under the trace that led to it. */
const traceOf = (domain: Domain, { eventId, metadata: { traceparent, correlationId } }: EventEnvelope): Trace => ({
  traceparent,
  correlationId,
  causationId: eventId,
  actor: `service:${domain.name}`,
});

/**
 * One try: take and handle in one transaction, under the event's trace. `before` runs first in the same transaction.
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
    const taken = await consumer.take(tx, event, replaying);
    if (taken === 'first') await consumer.handle(event, { domain, tx });
    return taken;
  };
  // A projection speaks plain SQL and appends nothing: without Prisma between, its transaction costs a third.
  return runWithTrace(traceOf(domain, event), () =>
    consumer.readModel ? inTransaction(domain.pool, take) : domain.transaction((tx) => take(tx as unknown as SqlTx)),
  );
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
