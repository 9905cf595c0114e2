import { isId } from '#platform/domain/id.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { invalid } from '#platform/subgraph/editOnce.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import { maxQuantity } from '../commands/receiveStock.ts';
import { moveStock } from '../commands/moveStock.ts';
import type { Inventory, InventoryTx } from '../context.ts';
import { ownsStock } from '../ownership.ts';
import type { StockCommand } from '../stockItem.ts';
import { lockStock } from '../stockRows.ts';
import { endOrder } from './askSupplier.ts';
import { lockPurchases } from './orderWhatIsLow.ts';
import { differencesOf, isOpen } from './purchaseOrder.ts';

export interface ReceivePurchaseOrder {
  readonly idempotencyKey: string;
  readonly purchaseOrderId: string;
  readonly lines: readonly { readonly ingredientId: string; readonly quantity: number }[];
  /** Whether nothing more of the order is to come. */
  readonly complete: boolean;
}

export type ReceiveOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'ended'; readonly status: string }
  | ReturnType<typeof invalid>;

const mostLines = 200;

/**
 * Adds to the stock what the store's staff have counted of an order, once per idempotency key, and ends the order when
 * nothing more is to come: in what it differs from what was ordered and announced is kept then.
 */
export async function receivePurchaseOrder(
  domain: Inventory,
  principal: Principal,
  { idempotencyKey: key, ...body }: ReceivePurchaseOrder,
): Promise<ReceiveOutcome> {
  const { purchaseOrderId: id, lines, complete } = body;
  const order = isId(id) ? await domain.db.purchaseOrder.findUnique({ where: { id } }) : null;
  if (!order || !ownsStock(principal, 'stock:write', order.storeId)) return { kind: 'notFound' };
  const request = { principal, mutation: 'receivePurchaseOrder', key, body, now: domain.clock() };
  return domain.transaction(async (tx) => {
    await lockPurchases(tx, order.storeId);
    return idempotent<ReceiveOutcome>(tx, request, async () => {
      const { status } = await tx.purchaseOrder.findUniqueOrThrow({ where: { id } });
      if (!isOpen(status)) return { kind: 'ended', status };
      if (lines.length > mostLines) return invalid('lines', `Give at most ${mostLines} lines.`);
      if (!complete && lines.length === 0)
        return invalid('lines', 'Give a line for what has come, or say that nothing more is to come.');
      const ids = lines.map(({ ingredientId }) => ingredientId);
      if (new Set(ids).size < ids.length) return invalid('lines', 'Give each ingredient once.');
      if (lines.some(({ quantity }) => quantity < 0 || quantity > maxQuantity))
        return invalid('lines', `A quantity lies between 0 and ${maxQuantity}.`);
      if (!ids.every(isId) || (await tx.ingredient.count({ where: { id: { in: ids } } })) < ids.length)
        return invalid('lines', 'An ingredient is not known: take the ids from the order, or from `ingredients`.');

      const came = lines.filter(({ quantity }) => quantity > 0);
      const commands = new Map(
        came.map(({ ingredientId, quantity }): [string, StockCommand] => [ingredientId, { kind: 'RECEIVE', quantity }]),
      );
      if (commands.size > 0) {
        const stock = await lockStock(tx, order.storeId, commands.keys());
        const moved = await moveStock(domain, tx, order.storeId, stock, commands);
        if (moved.kind === 'refused') return invalid('lines', 'That is more than a store-room can hold.');
        await addReceived(tx, id, order.storeId, came);
      }
      if (complete) await end(domain, tx, id);
      return { kind: 'done' };
    });
  });
}

const addReceived = (
  tx: InventoryTx,
  id: string,
  storeId: string,
  came: ReceivePurchaseOrder['lines'],
): Promise<unknown> =>
  tx.$executeRawUnsafe(
    `INSERT INTO purchase_order_line
       (purchase_order_id, store_id, ingredient_id, ordered, packs, pack_size, price, currency, exponent, received, open)
     SELECT $1::uuid, $2::uuid, came.ingredient_id, 0, 0, 1, 0, '', 0, came.quantity, false
     FROM unnest($3::uuid[], $4::int[]) AS came (ingredient_id, quantity)
     ON CONFLICT (purchase_order_id, ingredient_id) DO UPDATE SET received =
       least(coalesce(purchase_order_line.received, 0)::bigint + excluded.received, 2000000000)::int`,
    id,
    storeId,
    came.map(({ ingredientId }) => ingredientId),
    came.map(({ quantity }) => quantity),
  );

async function end(domain: Inventory, tx: InventoryTx, id: string): Promise<void> {
  await tx.purchaseOrderLine.updateMany({ where: { purchaseOrderId: id, received: null }, data: { received: 0 } });
  const lines = await tx.purchaseOrderLine.findMany({ where: { purchaseOrderId: id } });
  const noticed = (await tx.shippingNotice.count({ where: { purchaseOrderId: id } })) > 0;
  const differences = differencesOf(
    lines.map((line) => ({ ...line, received: line.received ?? 0 })),
    noticed,
  );
  await tx.purchaseOrderDifference.createMany({
    data: differences.map((difference) => ({ purchaseOrderId: id, ...difference })),
  });
  await endOrder(domain, tx, id, 'RECEIVED');
}
