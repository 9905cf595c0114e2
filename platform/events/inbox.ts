import type { Domain } from '#platform/domain/domain.ts';
import { retention } from '#schema/retention.ts';
import type { EventEnvelope } from './defineEvent.ts';
import type { Effect, Taken } from './consumer.ts';
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
  const rows = await tx.$queryRawUnsafe<{ taken: Taken }[]>(taking, ...takenBy(consumer, event, replaying));
  return rows[0]!.taken;
}

/**
 * The same together with the effect, in one statement. `effect` continues a `with`, and reads "first", which has a row
 * if the event is to be handled; it ends by a query that returns "taken" from "delivery". Its own parameters begin with
 * `$6`, and `$2` is the id of the event.
 */
export async function takeAndWrite(
  tx: SqlTx,
  taker: { readonly consumer: string; readonly event: EventEnvelope; readonly replaying: boolean },
  effect: Effect,
): Promise<Taken> {
  const rows = await tx.$queryRawUnsafe<{ taken: Taken }[]>(
    `with delivery as materialized (${taking}), first as (select from delivery where taken = 'first'), ${effect.sql}`,
    ...takenBy(taker.consumer, taker.event, taker.replaying),
    ...effect.params,
  );
  return rows[0]!.taken;
}

const taking = 'select platform.take($1::text, $2::uuid, $3::date, $4::text, $5::boolean) as taken';

const takenBy = (consumer: string, { eventId, timestamp, metadata }: EventEnvelope, replaying: boolean) => [
  consumer,
  eventId,
  // The event's own day, not today's: a duplicate must look in the partition where the first delivery is recorded.
  new Date(timestamp).toISOString().slice(0, 10),
  metadata.aggregateId,
  replaying,
];

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
