import type { Resolvers } from '#generated/inventory/resolvers.ts';
import { Ingredient } from './resolvers/Ingredient.ts';
import { MenuItem, RecipeLine } from './resolvers/MenuItem.ts';
import { adjustStock } from './resolvers/Mutation/adjustStock.ts';
import { receiveStock } from './resolvers/Mutation/receiveStock.ts';
import { stockAlerts } from './resolvers/Query/stockAlerts.ts';
import { stockItem } from './resolvers/Query/stockItem.ts';
import { StockAlerts } from './resolvers/StockAlerts.ts';
import { StockItem, StockMovement } from './resolvers/StockItem.ts';
import { Store } from './resolvers/Store.ts';

export const resolvers: Resolvers = {
  Query: { stockItem, stockAlerts },
  Mutation: { receiveStock, adjustStock },
  Store,
  MenuItem,
  RecipeLine,
  Ingredient,
  StockAlerts,
  StockItem,
  StockMovement,
};
