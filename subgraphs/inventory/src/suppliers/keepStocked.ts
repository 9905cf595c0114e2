import { workThrough } from '#platform/domain/workThrough.ts';
import { pause } from '#platform/events/pause.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import type { Report } from '#platform/telemetry/metrics.ts';
import type { Inventory } from '../context.ts';
import { askSupplier } from './askSupplier.ts';
import { hasSupplier, supplierOf } from '../config.ts';
import { orderWhatIsLow } from './orderWhatIsLow.ts';
import { openStatuses } from './purchaseOrder.ts';

const lookEveryMs = 2_000;
const atOnce = 8;
const aRound = 200;

/** One round: orders what is low, and does what is due at the supplier. @returns whether there was anything to do */
export async function keepStockedOnce(domain: Inventory): Promise<boolean> {
  const made = await orderWhatIsLow(domain);
  const due = await domain.db.purchaseOrder.findMany({
    where: { dueAt: { lte: domain.clock() } },
    orderBy: { dueAt: 'asc' },
    take: aRound,
    select: { id: true },
  });
  const supplier = supplierOf(domain);
  await workThrough(due, { log: domain.log, what: 'an order to the supplier', atOnce }, ({ id }) =>
    askSupplier(domain, supplier, id),
  );
  return made > 0 || due.length > 0;
}

export const keepStocked = (domain: Inventory): Background => ({
  name: 'orders to the supplier',
  async run(signal) {
    while (!signal.aborted) {
      const busy = await keepStockedOnce(domain);
      await pause(busy ? 100 : lookEveryMs, signal);
    }
  },
});

/** How many orders are open, by how far they have come, and how much low stock nobody has ordered. */
export async function supplierGauges(domain: Inventory, report: Report): Promise<void> {
  if (!hasSupplier(domain)) return;
  const counted = await domain.db.purchaseOrder.groupBy({
    by: ['status'],
    where: { status: { in: [...openStatuses] } },
    _count: true,
  });
  const counts = new Map(counted.map(({ status, _count }) => [status, _count]));
  for (const state of ['ASKING', 'PLACED', 'NOTIFIED'] as const)
    report('purchaseOrders', { state }, counts.get(state) ?? 0);
  const { rows } = await domain.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM stock s WHERE s.on_hand < s.reorder_level AND NOT EXISTS (
       SELECT FROM purchase_order_line l
       WHERE l.store_id = s.store_id AND l.ingredient_id = s.ingredient_id AND l.open)`,
  );
  report('stockNotOrdered', {}, rows[0]?.count ?? 0);
}
