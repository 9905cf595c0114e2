import { pause } from '#platform/events/pause.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { DeliveryCourierMoved } from '#schema/events/delivery.ts';
import { retention } from '#schema/retention.ts';
import type { Deliveries } from './context.ts';

/** Where couriers have been is kept for as long: guests watch them come, and support may ask on the next day. */
const keptMs = retention.delivery['platform.event (DeliveryCourierMoved)'].days * 24 * 3_600_000;
const everyMs = 600_000;
/** Few enough that a statement is over in a moment, and holds nobody up. */
const atOnce = 5_000;

/**
 * Forgets where couriers have been, every ten minutes: their positions in the event log, and the last one of a courier
 * who has reported none since. Nothing is made from these events again; a stream that asks for some that are gone
 * begins anew with the present state.
 */
export const forgetTracks = (domain: Deliveries): Background => ({
  name: 'tracks of couriers',
  async run(signal) {
    while (!signal.aborted) {
      await forgetOldTracks(domain, signal);
      await pause(everyMs, signal);
    }
  },
});

/** Forgets them once. What was not published yet is kept. */
export async function forgetOldTracks(
  { pool, clock }: Pick<Deliveries, 'pool' | 'clock'>,
  signal?: AbortSignal,
): Promise<void> {
  const before = new Date(clock().getTime() - keptMs);
  await pool.query(
    'UPDATE "courier" SET "latitude" = NULL, "longitude" = NULL, "position_at" = NULL WHERE "position_at" < $1',
    [before],
  );
  for (let forgotten = atOnce; forgotten === atOnce && !signal?.aborted;) {
    const { rowCount } = await pool.query(
      `DELETE FROM platform.event WHERE position IN (
         SELECT e.position FROM platform.event e
         WHERE e.type = $1 AND e.at < $2 AND NOT EXISTS (SELECT FROM platform.outbox o WHERE o.position = e.position)
         LIMIT ${atOnce})`,
      [DeliveryCourierMoved.name, before],
    );
    forgotten = rowCount ?? 0;
  }
}
