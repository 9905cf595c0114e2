import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { fieldsChangedSince } from '#platform/subgraph/edits.ts';
import { editOnce, invalid, type EditOutcome, type Refusal, type Settled } from '#platform/subgraph/editOnce.ts';
import { chainLimits } from '#schema/chainLimits.ts';
import type { Inventory, InventoryTx } from '../context.ts';
import { ownsStock } from '../ownership.ts';
import { levelSubject, writeReorderLevels } from '../reorderLevels.ts';
import { readStock, stockKey, type StockView } from '../stockQueries.ts';
import { lockStock } from '../stockRows.ts';

export interface SetReorderLevel {
  readonly idempotencyKey: string;
  readonly storeId: string;
  readonly ingredientId: string;
  readonly expectedVersion: number;
  readonly reorderLevel: number;
}

export type ReorderLevelOutcome = EditOutcome<{ readonly stockItem: StockView }>;

const mostLevel = chainLimits.reorderLevel;

/** Sets below which stock a store orders an ingredient again, once per idempotency key. */
export async function setReorderLevel(
  domain: Inventory,
  principal: Principal,
  command: SetReorderLevel,
): Promise<ReorderLevelOutcome> {
  const { idempotencyKey: key, ...body } = command;
  const { storeId, ingredientId, expectedVersion, reorderLevel } = body;
  if (!ownsStock(principal, 'stock:write', storeId) || !isId(ingredientId)) return { kind: 'notFound' };
  const id = { storeId, ingredientId };
  const edit = async (tx: InventoryTx, now: Date): Promise<Settled | Refusal> => {
    if (reorderLevel < 0 || reorderLevel > mostLevel)
      return invalid('reorderLevel', `A level lies between 0 and ${mostLevel}.`);
    const before = (await lockStock(tx, storeId, [ingredientId])).get(ingredientId);
    if (!before) return { kind: 'notFound' };
    const { levelVersion } = await tx.stock.findUniqueOrThrow({ where: { storeId_ingredientId: id } });
    if (levelVersion !== expectedVersion)
      return { kind: 'changedMeanwhile', fields: await fieldsChangedSince(tx, levelSubject(id), expectedVersion) };
    if (before.reorderLevel === reorderLevel) return { kind: 'done' };
    await writeReorderLevels(domain, tx, [{ before, reorderLevel }], now);
    return { kind: 'done' };
  };
  return editOnce(domain, { principal, mutation: 'setReorderLevel', key, body }, edit, async (tx) => ({
    stockItem: (await readStock(tx, [id])).get(stockKey(id))!,
  }));
}
