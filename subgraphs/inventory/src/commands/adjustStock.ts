import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import type { Inventory } from '../context.ts';
import { ownsStock } from '../ownership.ts';
import type { AdjustmentReason } from '../stockItem.ts';
import { lockStock } from '../stockRows.ts';
import { moveStock } from './moveStock.ts';
import { invalid, maxQuantity, type StockChangeOutcome } from './receiveStock.ts';

export interface Correction {
  readonly idempotencyKey: string;
  readonly storeId: string;
  readonly ingredientId: string;
  /** The difference to the present stock: positive for more, negative for less. */
  readonly quantity: number;
  readonly reason: AdjustmentReason;
}

/** Corrects what is on hand, once per idempotency key. What is reserved for orders stays reserved. */
export async function adjustStock(
  domain: Inventory,
  principal: Principal,
  correction: Correction,
): Promise<StockChangeOutcome> {
  const { idempotencyKey: key, ...body } = correction;
  const { storeId, ingredientId, quantity, reason } = body;
  if (!ownsStock(principal, 'stock:write', storeId) || !isId(ingredientId)) return { kind: 'notFound' };
  return domain.transaction((tx) =>
    idempotent<StockChangeOutcome>(
      tx,
      { principal, mutation: 'adjustStock', key, body, now: domain.clock() },
      async () => {
        if (quantity === 0 || Math.abs(quantity) > maxQuantity)
          return invalid('quantity', `A correction must not be 0, and at most ${maxQuantity} either way.`);
        if (quantity > 0 && reason !== 'COUNTED')
          return invalid('quantity', `Goods that were ${reason.toLowerCase()} are gone: give a negative quantity.`);
        const stock = await lockStock(tx, storeId, [ingredientId]);
        const item = stock.get(ingredientId);
        if (!item) return { kind: 'notFound' };
        const moved = await moveStock(
          domain,
          tx,
          storeId,
          stock,
          new Map([[ingredientId, { kind: 'ADJUST', quantity, reason }]]),
        );
        if (moved.kind === 'moved') return { kind: 'done', storeId, ingredientIds: [ingredientId] };
        return moved.problem === 'NOT_ENOUGH_ON_HAND'
          ? { kind: 'negative', onHand: item.onHand }
          : invalid('quantity', 'The stock would become larger than a store may keep.');
      },
    ),
  );
}
