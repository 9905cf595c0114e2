import type { z } from 'zod';
import { pause } from '#platform/events/pause.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { PartnerVendorMissed } from '#schema/events/partners.ts';
import type { config } from '../config.ts';
import type { Partners } from '../context.ts';

const lookEveryMs = 1_000;
const atOnce = 100;

export const patienceMs = (domain: Pick<Partners, 'config'>): number =>
  (domain.config as z.output<typeof config>).VENDOR_WEBHOOK_SECONDS * 1_000;

/**
 * Says of each order whose time is up whether any system of its vendor has taken the webhook; if none has, the event
 * has the vendor told in another way, once. What is taken later than that is told twice, which does no harm.
 * @returns how many orders were looked at
 */
export async function watchVendors(domain: Partners): Promise<number> {
  const now = domain.clock();
  // Most looks find nothing, and should cost no transaction.
  if (!(await domain.db.vendorWatch.findFirst({ where: { dueAt: { lte: now } }, select: { eventId: true } }))) return 0;
  return domain.transaction(async (tx) => {
    const due = await tx.$queryRaw<{ vendor_id: string; marketplace_order_id: string; taken: boolean }[]>`
      WITH due AS (
        DELETE FROM vendor_watch WHERE event_id IN (
          SELECT event_id FROM vendor_watch WHERE due_at <= ${now} ORDER BY due_at LIMIT ${atOnce}
          FOR UPDATE SKIP LOCKED)
        RETURNING *)
      SELECT vendor_id, marketplace_order_id, EXISTS (
        SELECT FROM webhook_delivery d WHERE d.event_id = due.event_id AND d.state = 'DELIVERED') AS taken FROM due`;
    await domain.events.appendAll(
      tx,
      due
        .filter(({ taken }) => !taken)
        .map(({ vendor_id: vendorId, marketplace_order_id: marketplaceOrderId }) => ({
          expectedVersion: null,
          events: [PartnerVendorMissed.of({ vendorId, marketplaceOrderId, at: now.toISOString() })],
        })),
    );
    return due.length;
  });
}

export const watchingVendors = (domain: Partners): Background => ({
  name: 'orders that vendors are to know of',
  async run(signal) {
    while (!signal.aborted) {
      const found = await watchVendors(domain);
      if (found < atOnce) await pause(lookEveryMs, signal);
    }
  },
});
