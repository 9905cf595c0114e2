import { Bell } from '#platform/events/bell.ts';
import { pause } from '#platform/events/pause.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import type { Deliveries } from '../context.ts';
import { askPartner } from '../deliveryPartners/askPartner.ts';
import { findCarrier } from './findCarrier.ts';

const lookEveryMs = 1_000;
const atOnce = 100;

/**
 * Finds carriers for deliveries whose time has come, and does what is due at partners. What waits for one partner keeps
 * nothing else waiting.
 */
export const carryOn = (domain: Deliveries): Background => ({
  name: 'carriers of deliveries',
  async run(signal) {
    const underWay = new Map<string, Promise<void>>();
    const done = new Bell();
    while (!signal.aborted) {
      for (const { id, job } of await due(domain)) {
        if (underWay.has(id) || underWay.size >= atOnce) continue;
        const work = (job ? askPartner(domain, id) : findCarrier(domain, id))
          .catch((error: unknown) => domain.log.error({ err: error, id, job }, 'a carrier cannot be found'))
          .then(() => pause(10, signal))
          .finally(() => {
            underWay.delete(id);
            done.ring();
          });
        underWay.set(id, work);
      }
      await done.wait(lookEveryMs, signal);
    }
    await Promise.all(underWay.values());
  },
});

async function due({ pool, clock }: Deliveries): Promise<{ id: string; job: boolean }[]> {
  const { rows } = await pool.query<{ id: string; job: boolean }>(
    `(SELECT id, false AS job FROM delivery WHERE next_carrier_at <= $1 ORDER BY next_carrier_at LIMIT ${atOnce})
     UNION ALL
     (SELECT id, true FROM partner_job WHERE due_at <= $1 ORDER BY due_at LIMIT ${atOnce})`,
    [clock()],
  );
  return rows;
}
