import type { StockItemResolvers, StockMovementResolvers } from '#generated/inventory/resolvers.ts';
import { isLow } from '../stockItem.ts';
import { movementList, stockKey } from '../stockQueries.ts';

export const StockItem: StockItemResolvers = {
  id: stockKey,
  ingredient: async ({ ingredientId }, _args, { loaders }) => (await loaders.ingredient.load(ingredientId))!,
  low: isLow,
  updatedAt: ({ updatedAt }) => updatedAt.toISOString(),
  movements: async ({ storeId, ingredientId }, args, { loaders }) => {
    const page = movementList.page(args, stockKey({ storeId, ingredientId }));
    const rows = await loaders.movementPage.load({ storeId, ingredientId, after: page.after, limit: page.limit + 1 });
    return movementList.connection(rows, page, (row) => [row.version]);
  },
};

export const StockMovement: StockMovementResolvers = {
  kind: ({ data }) => data.kind,
  quantity: ({ data }) => data.quantity,
  reason: ({ data }) => data.reason,
  orderId: ({ data }) => data.orderId,
  onHand: ({ data }) => data.onHand,
  reserved: ({ data }) => data.reserved,
  at: ({ data }) => data.at,
};
