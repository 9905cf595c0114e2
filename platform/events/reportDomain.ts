import type pg from 'pg';
import type { Domain } from '#platform/domain/domain.ts';
import type { Report } from '#platform/telemetry/metrics.ts';
import { countParked } from './parked.ts';
import type { Relay } from './relay.ts';

/** Rows of the outbox are counted up to this number only, so that a scrape stays cheap when the outbox is long. */
const countedRows = 100_000;

/**
 * Reports a domain's queues (outbox, parked messages) and whether its relay leads, as metrics. Each scrape costs two
 * statements, besides those for the domain's own gauges.
 * @param own reports these
 * @returns how to stop reporting
 */
export function reportDomain(
  { name: domain, pool, metrics }: Pick<Domain, 'name' | 'pool' | 'metrics'>,
  relay: Pick<Relay, 'leading'>,
  own?: (report: Report) => Promise<void> | void,
): () => void {
  metrics?.begin('relayFailures', { domain });
  metrics?.begin('eventsPublished', { domain });
  const ends = [
    metrics?.onScrape(`${domain}.relay`, (report) => report('relayLeading', { domain }, relay.leading ? 1 : 0)),
    own && metrics?.onScrape(`${domain}.own`, own),
    metrics?.onScrape(`${domain}.database`, async (report) => {
      const { depth, lag } = await outboxOf(pool);
      report('outboxDepth', { domain }, depth);
      report('relayLag', { domain }, lag);
      for (const { consumer, state, count } of await countParked(pool))
        report('parked', { domain, consumer, state }, count);
    }),
  ];
  return () => ends.forEach((end) => end?.());
}

/** `depth`: rows in the outbox. `lag`: seconds since the oldest of them was appended. */
async function outboxOf(pool: pg.Pool): Promise<{ depth: number; lag: number }> {
  const { rows } = await pool.query<{ depth: number; lag: number }>(
    `select (select count(*)::float8 from (select from platform.outbox limit ${countedRows}) as counted) as depth,
       coalesce((select greatest(0, extract(epoch from clock_timestamp() - at))::float8 from platform.outbox order by position limit 1), 0) as lag`,
  );
  return rows[0]!;
}
