import DataLoader from 'dataloader';
import type { Ingredient, RecipeLine } from '#generated/inventory/prisma/client.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import type { Inventory } from './context.ts';
import { ownsStock } from './ownership.ts';
import {
  readMovementPages,
  readStock,
  readStockPages,
  stockKey,
  type Movement,
  type MovementPageRequest,
  type StockKey,
  type StockPageRequest,
  type StockView,
} from './stockQueries.ts';

export interface Loaders {
  readonly ingredient: DataLoader<string, Ingredient | null>;
  readonly recipe: DataLoader<string, RecipeLine[]>;
  /** Null when there is no such stock item, and for callers who may not see it. */
  readonly stockItem: DataLoader<StockKey, StockView | null, string>;
  /** Null for callers who may not see the store's stock. */
  readonly stockPage: DataLoader<StockPageRequest, StockView[] | null>;
  readonly movementPage: DataLoader<MovementPageRequest, Movement[]>;
}

/** Runs one query for the requests that the caller may make; the others get null. */
async function onlyAllowed<Request, Result>(
  requests: readonly Request[],
  allowed: (request: Request) => boolean,
  read: (requests: readonly Request[]) => Promise<Result[]>,
): Promise<(Result | null)[]> {
  const permitted = requests.filter(allowed);
  const results = permitted.length > 0 ? await read(permitted) : [];
  const byRequest = new Map(permitted.map((request, index) => [request, results[index]!]));
  return requests.map((request) => byRequest.get(request) ?? null);
}

export function loaders({ db }: Inventory, principal: Principal): Loaders {
  return {
    ingredient: new DataLoader(async (ids) => {
      const rows = await db.ingredient.findMany({ where: { id: { in: ids.filter(isId) } } });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    recipe: new DataLoader(async (ids) => {
      const rows = await db.recipeLine.findMany({
        where: { menuItemId: { in: ids.filter(isId) } },
        orderBy: { ingredientId: 'asc' },
      });
      const byItem = new Map<string, RecipeLine[]>();
      for (const row of rows) byItem.set(row.menuItemId, [...(byItem.get(row.menuItemId) ?? []), row]);
      return ids.map((id) => byItem.get(id) ?? []);
    }),
    stockItem: new DataLoader(
      (keys) =>
        onlyAllowed(
          keys,
          ({ storeId, ingredientId }) => ownsStock(principal, 'stock:read', storeId) && isId(ingredientId),
          async (allowed) => {
            const items = await readStock(db, allowed);
            return allowed.map((key) => items.get(stockKey(key)) ?? null);
          },
        ),
      { cacheKeyFn: stockKey },
    ),
    stockPage: new DataLoader(
      (requests) =>
        onlyAllowed(
          requests,
          ({ storeId }) => ownsStock(principal, 'stock:read', storeId),
          (allowed) => readStockPages(db, allowed),
        ),
      { cache: false },
    ),
    movementPage: new DataLoader((requests) => readMovementPages(db, requests), { cache: false }),
  };
}
