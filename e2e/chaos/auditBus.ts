import { randomUUID } from 'node:crypto';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { OrderStatusChanged } from '#schema/events/orders.ts';
import { checkBus, type Logged } from './invariants.ts';
import { rests } from './rests.ts';
import { patiently } from './setup.ts';

/** The number of marks that are published: with so many keys, each partition gets some. */
const markCount = 128;

/**
 * Checks two things against the log: everything that the bus retains, which a new group reads, and what `tailed` heard
 * during the run. Both are read up to a mark in every partition.
 * @returns how many messages there were, duplicates included
 */
export async function auditBus(
  bus: EventBus,
  tailed: readonly EventEnvelope[],
  log: readonly Logged[],
): Promise<number> {
  const { topic, name } = OrderStatusChanged;
  const heard: EventEnvelope[] = [];
  const audit = await patiently(() =>
    bus.consume(`audit.${randomUUID()}`, [topic], async ({ value }) => {
      heard.push(value as EventEnvelope);
    }),
  );
  const marks = Array.from({ length: markCount }, mark);
  await patiently(() =>
    bus.publish(
      topic,
      marks.map((value) => ({ key: value.metadata.aggregateId, value })),
    ),
  );
  for (const [what, events] of [
    ['the bus', heard],
    ['the tail of the bus', tailed],
  ] as const) {
    await rests(`${what} is read to its end`, () => {
      const ids = new Set(events.map(({ eventId }) => eventId));
      return marks.every(({ eventId }) => ids.has(eventId));
    });
    checkBus(
      what,
      events.filter(({ eventType }) => eventType === name),
      log,
    );
  }
  await audit.close();
  return heard.filter(({ eventType }) => eventType === name).length;
}

/** Makes an event of a type that no consumer knows, so that it has no effect. */
function mark(): EventEnvelope {
  const eventId = randomUUID();
  return {
    eventId,
    eventType: 'Marked',
    version: '1.0',
    timestamp: new Date().toISOString(),
    source: 'chaos',
    data: {},
    metadata: {
      aggregateId: `mark:${eventId}`,
      aggregateVersion: 1,
      causationId: 'chaos',
      correlationId: 'chaos',
      traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
      actor: 'service:chaos',
    },
  };
}
