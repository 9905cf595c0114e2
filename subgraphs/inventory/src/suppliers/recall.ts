import type { Inventory } from '../context.ts';
import { moveStock } from '../commands/moveStock.ts';
import { lockStock } from '../stockRows.ts';

export interface RecallNotice {
  readonly id: string;
  readonly ingredientId: string;
  readonly deliveryNotes: readonly string[];
  readonly reason: string;
}

/**
 * Takes what the supplier recalls off the stock of each store concerned, once: those that had one of the deliveries, or
 * all that keep the ingredient. Nobody knows from which delivery the goods on a shelf are, so all that is free goes;
 * what is reserved for orders that are being cooked stays, and the reason tells staff. The stock is low then, and is
 * ordered anew.
 */
export async function recall(domain: Inventory, notice: RecallNotice): Promise<'taken' | 'unknownIngredient'> {
  const { id, ingredientId, deliveryNotes, reason } = notice;
  if (!(await domain.db.ingredient.findUnique({ where: { id: ingredientId } }))) return 'unknownIngredient';
  const fact = { ingredientId, deliveryNotes: [...deliveryNotes], reason };
  await domain.db.recall.createMany({ data: { id, ...fact, notedAt: domain.clock() }, skipDuplicates: true });
  // What a recall says first holds: what stores have taken off is not put back.
  const { deliveryNotes: notes } = await domain.db.recall.findUniqueOrThrow({ where: { id } });
  const { rows } = await domain.pool.query<{ store: string }>(
    `SELECT s.store_id::text AS store FROM stock s WHERE s.ingredient_id = $2
       AND (cardinality($3::text[]) = 0 OR EXISTS (SELECT FROM shipping_notice n
         WHERE n.store_id = s.store_id AND n.delivery_note = ANY ($3::text[])))
       AND NOT EXISTS (SELECT FROM recall_at_store r WHERE r.recall_id = $1 AND r.store_id = s.store_id)
     ORDER BY 1`,
    [id, ingredientId, notes],
  );
  for (const { store } of rows) await takeOff(domain, store, id, ingredientId);
  if (rows.length > 0) domain.log.warn({ recall: id, stores: rows.length }, 'goods were recalled');
  return 'taken';
}

const takeOff = (domain: Inventory, storeId: string, recallId: string, ingredientId: string): Promise<void> =>
  domain.transaction(async (tx) => {
    const { count } = await tx.recallAtStore.createMany({
      data: { recallId, storeId, taken: 0, at: domain.clock() },
      skipDuplicates: true,
    });
    if (count === 0) return;
    const stock = await lockStock(tx, storeId, [ingredientId]);
    const taken = stock.get(ingredientId)?.onHand ?? 0;
    if (taken === 0) return;
    const back = { kind: 'ADJUST', quantity: -taken, reason: 'RETURNED' } as const;
    const moved = await moveStock(domain, tx, storeId, stock, new Map([[ingredientId, back]]));
    if (moved.kind === 'refused') throw new Error(`recalled goods cannot be taken off: ${moved.problem}`);
    await tx.recallAtStore.update({ where: { recallId_storeId: { recallId, storeId } }, data: { taken } });
  });
