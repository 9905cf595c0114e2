import type { Domain } from '#platform/domain/domain.ts';
import { retention } from '#schema/retention.ts';
import type { EventEnvelope } from './defineEvent.ts';
import type { Taken } from './consumer.ts';
import { inTransaction, type SqlTx } from './sqlTx.ts';

/**
 * How long the inbox remembers handled events: a day longer than any topic can deliver them, so that a duplicate is
 * always recognised. Kafka deletes whole segments: a message goes when the last message of its segment is older than
 * the topic's 7 days, and a segment takes messages for up to 7 days (`segment.ms`). So a message may be 14 days old.
 */
const retentionDays = retention.platform.inbox.days;

/**
 * Records in the inbox that this consumer handles this event in this transaction, unless it has handled it before or
 * the event must wait behind a parked one. `replaying` skips the latter check: the event is then the parked one itself.
 */
export async function takeFromInbox(
  tx: SqlTx,
  consumer: string,
  event: EventEnvelope,
  replaying: boolean,
): Promise<Taken> {
  // The event's own day, not today's: a duplicate must look in the partition where the first delivery is recorded.
  const day = new Date(event.timestamp).toISOString().slice(0, 10);
  const rows = await tx.$queryRawUnsafe<{ taken: Taken }[]>(
    'select platform.take($1::text, $2::uuid, $3::date, $4::text, $5::boolean) as taken',
    consumer,
    event.eventId,
    day,
    event.metadata.aggregateId,
    replaying,
  );
  return rows[0]!.taken;
}

/**
 * Makes the inbox's table partitions of the next days and drops those past retention. Several processes may call it at
 * once.
 */
export async function keepInbox({ pool }: Pick<Domain, 'pool'>): Promise<void> {
  await inTransaction(pool, async (tx) => {
    // To attach or drop a partition, PostgreSQL waits for all who use the table, and all others wait behind it. So this
    // gives up after two seconds; it is called again in an hour.
    await tx.$executeRawUnsafe(`set local lock_timeout = '2s'`);
    await tx.$executeRawUnsafe(`select pg_advisory_xact_lock(hashtext('platform.inbox'))`);
    await tx.$executeRawUnsafe(`select platform.keep_inbox((now() at time zone 'utc')::date, ${retentionDays})`);
  });
}
