import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import { chainLimits } from '#schema/chainLimits.ts';
import type { Inventory } from '../context.ts';
import { knowsStore } from '../knowsStore.ts';
import { ownsStock } from '../ownership.ts';
import { recordStores } from '../recordStores.ts';
import type { StockCommand } from '../stockItem.ts';
import { lockStock } from '../stockRows.ts';
import { moveStock } from './moveStock.ts';

export interface Delivered {
  readonly idempotencyKey: string;
  readonly storeId: string;
  readonly lines: readonly { readonly ingredientId: string; readonly quantity: number }[];
}

export type StockChangeOutcome =
  | { readonly kind: 'done'; readonly storeId: string; readonly ingredientIds: readonly string[] }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string }
  | { readonly kind: 'negative'; readonly onHand: number };

const maxLines = 100;
export const maxQuantity = chainLimits.quantity;

export const invalid = (field: string, message: string) => ({ kind: 'invalid', field, message }) as const;

function complaint({ lines }: Delivered): StockChangeOutcome | undefined {
  if (lines.length < 1 || lines.length > maxLines) return invalid('lines', `Give 1 to ${maxLines} lines.`);
  if (new Set(lines.map((line) => line.ingredientId)).size < lines.length)
    return invalid('lines', 'Give each ingredient once.');
  if (lines.some(({ quantity }) => quantity < 1 || quantity > maxQuantity))
    return invalid('lines', `A quantity lies between 1 and ${maxQuantity}.`);
  return undefined;
}

/** Records delivered goods, all lines or none, once per idempotency key. */
export async function receiveStock(
  domain: Inventory,
  principal: Principal,
  delivered: Delivered,
): Promise<StockChangeOutcome> {
  const { idempotencyKey: key, storeId, lines } = delivered;
  if (!ownsStock(principal, 'stock:write', storeId)) return { kind: 'notFound' };
  if (!(await knowsStore(domain, storeId))) return invalid('storeId', 'The chain has no store of this id.');
  return domain.transaction((tx) =>
    idempotent<StockChangeOutcome>(
      tx,
      { principal, mutation: 'receiveStock', key, body: { storeId, lines }, now: domain.clock() },
      async () => {
        const problem = complaint(delivered);
        if (problem) return problem;
        const ingredientIds = lines.map((line) => line.ingredientId);
        const known = ingredientIds.every(isId)
          ? await tx.ingredient.count({ where: { id: { in: ingredientIds } } })
          : 0;
        if (known < ingredientIds.length) return { kind: 'notFound' };
        await recordStores(tx, [storeId]);
        const stock = await lockStock(tx, storeId, ingredientIds);
        const commands = new Map(
          lines.map(({ ingredientId, quantity }): [string, StockCommand] => [
            ingredientId,
            { kind: 'RECEIVE', quantity },
          ]),
        );
        const moved = await moveStock(domain, tx, storeId, stock, commands);
        return moved.kind === 'refused'
          ? invalid('lines', 'That is more than a store-room can hold.')
          : { kind: 'done', storeId, ingredientIds };
      },
    ),
  );
}
