import type { StoreResolvers } from '#generated/inventory/resolvers.ts';
import { stockList } from '../stockQueries.ts';

/** What inventory knows of an entity of another subgraph: its id. Whether it exists is for its owner to say. */
export interface Stub {
  readonly id: string;
}

export const Store: StoreResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  stock: async ({ id }, { first, after, lowOnly }, { loaders }) => {
    const page = stockList.page({ first, after }, id);
    const rows = await loaders.stockPage.load({
      storeId: id,
      after: page.after,
      limit: page.limit + 1,
      lowOnly: lowOnly ?? false,
    });
    return rows && stockList.connection(rows, page, (row) => [row.ingredientName, row.ingredientId]);
  },
};
