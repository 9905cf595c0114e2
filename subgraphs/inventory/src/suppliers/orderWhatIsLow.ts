import { workThrough } from '#platform/domain/workThrough.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import type { Inventory } from '../context.ts';
import { packsFor } from './purchaseOrder.ts';

interface Low {
  readonly ingredientId: string;
  readonly onHand: number;
  readonly reorderLevel: number;
  readonly packSize: number;
  readonly price: number;
  readonly currency: string;
  readonly exponent: number;
}

/** What the supplier would not bring is asked for again after so long. */
const askAgainMs = 24 * 3_600_000;
const storesAtOnce = 1_000;
/** Suppliers take so many lines in one order; further ones follow in the next. */
const mostLines = 100;

/**
 * Low stock that is not ordered, has a price of $1, and was not asked for in vain since $2. `price` is the one that
 * holds at $1.
 */
export const lowAndNotOrdered = `stock s
  JOIN LATERAL (SELECT pack_size, price, currency, exponent FROM supplier_price p
    WHERE p.ingredient_id = s.ingredient_id AND p.valid_from <= $1::timestamptz
    ORDER BY p.valid_from DESC LIMIT 1) p ON true
  WHERE s.on_hand < s.reorder_level
    AND NOT EXISTS (SELECT FROM purchase_order_line l
      WHERE l.store_id = s.store_id AND l.ingredient_id = s.ingredient_id AND l.open)
    AND NOT EXISTS (SELECT FROM purchase_order_line l JOIN purchase_order o ON o.id = l.purchase_order_id
      WHERE o.store_id = s.store_id AND l.ingredient_id = s.ingredient_id
        AND o.status IN ('REFUSED', 'CANCELLED') AND o.closed_at > $2::timestamptz)`;

/** Whoever makes or ends orders of a store does so one after the other: nobody orders by what another has just read. */
export const lockPurchases = (tx: SqlTx, storeId: string): Promise<unknown> =>
  tx.$queryRawUnsafe('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text', `purchases of ${storeId}`);

const instants = (now: Date) => [now.toISOString(), new Date(now.getTime() - askAgainMs).toISOString()] as const;

/**
 * Writes down an order for each store whose stock has passed a reorder point and is not ordered yet. That the supplier
 * may hear of it is so known before it is asked. It looks at the stock and hears no event, so that stock which is still
 * low after an order has ended, or was low before there was a supplier, is ordered in the same way.
 * @returns how many orders were made
 */
export async function orderWhatIsLow(domain: Inventory): Promise<number> {
  const { rows } = await domain.pool.query<{ id: string }>(
    `SELECT DISTINCT s.store_id::text AS id FROM ${lowAndNotOrdered} ORDER BY 1 LIMIT ${storesAtOnce}`,
    [...instants(domain.clock())],
  );
  return workThrough(rows, { log: domain.log, what: 'an order to the supplier' }, ({ id }) => orderFor(domain, id));
}

const orderFor = (domain: Inventory, storeId: string): Promise<boolean> =>
  domain.transaction(async (tx) => {
    await lockPurchases(tx, storeId);
    const now = domain.clock();
    const low = await tx.$queryRawUnsafe<Low[]>(
      `SELECT s.ingredient_id::text AS "ingredientId", s.on_hand AS "onHand", s.reorder_level AS "reorderLevel",
         p.pack_size AS "packSize", p.price, p.currency, p.exponent
       FROM ${lowAndNotOrdered} AND s.store_id = $3::uuid ORDER BY s.ingredient_id LIMIT ${mostLines}`,
      ...instants(now),
      storeId,
    );
    if (low.length === 0) return false;
    const id = domain.newId();
    await tx.purchaseOrder.create({ data: { id, storeId, status: 'ASKING', dueAt: now, createdAt: now } });
    await tx.purchaseOrderLine.createMany({
      data: low.map(({ onHand, reorderLevel, ...line }) => {
        const packs = packsFor({ onHand, reorderLevel }, line.packSize);
        return { ...line, purchaseOrderId: id, storeId, packs, ordered: packs * line.packSize, open: true };
      }),
    });
    domain.log.info({ purchaseOrder: id, storeId, lines: low.length }, 'goods are ordered');
    return true;
  });
