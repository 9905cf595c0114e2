import type { Domain } from '#platform/domain/domain.ts';
import type { EventEnvelope } from './defineEvent.ts';
import type { Taken } from './onEvent.ts';
import { inTransaction, type SqlTx } from './sqlTx.ts';

/**
 * A day longer than a topic keeps messages, so that no duplicate can come later. Kafka drops whole segments: a message
 * goes when the last of its segment is past the topic's 7 days, and a segment takes messages for up to 7 days
 * (`segment.ms`), so it may be 14 days old.
 */
const retentionDays = 15;

/** Records that this consumer handles this event in this transaction, unless it did before or must wait. */
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
 * Makes the inbox's partitions of the next days and drops those past retention. Several processes may call it at once.
 */
export async function keepInbox({ pool }: Pick<Domain, 'pool'>): Promise<void> {
  await inTransaction(pool, async (tx) => {
    // Attaching and dropping a partition waits for who uses the table, and makes others wait behind it: not for long,
    // then it is tried at the next hour.
    await tx.$executeRawUnsafe(`set local lock_timeout = '2s'`);
    await tx.$executeRawUnsafe(`select pg_advisory_xact_lock(hashtext('platform.inbox'))`);
    await tx.$executeRawUnsafe(`select platform.keep_inbox((now() at time zone 'utc')::date, ${retentionDays})`);
  });
}
