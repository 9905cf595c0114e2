import type { Resolvers } from '#generated/inventory/resolvers.ts';
import { Ingredient } from './resolvers/Ingredient.ts';
import { MenuItem, RecipeLine } from './resolvers/MenuItem.ts';
import { adjustStock } from './resolvers/Mutation/adjustStock.ts';
import { changeIngredient } from './resolvers/Mutation/changeIngredient.ts';
import { createIngredient } from './resolvers/Mutation/createIngredient.ts';
import { receivePurchaseOrder } from './resolvers/Mutation/receivePurchaseOrder.ts';
import { receiveStock } from './resolvers/Mutation/receiveStock.ts';
import { setRecipe } from './resolvers/Mutation/setRecipe.ts';
import { setReorderLevel } from './resolvers/Mutation/setReorderLevel.ts';
import { ingredients } from './resolvers/Query/ingredients.ts';
import { purchaseOrders } from './resolvers/Query/purchaseOrders.ts';
import { recalls } from './resolvers/Query/recalls.ts';
import { recipe } from './resolvers/Query/recipe.ts';
import { stockAlerts } from './resolvers/Query/stockAlerts.ts';
import { stockItem } from './resolvers/Query/stockItem.ts';
import {
  PurchaseOrder,
  PurchaseOrderDifference,
  PurchaseOrderLine,
  Recall,
  ShippingNotice,
} from './resolvers/PurchaseOrder.ts';
import { Recipe } from './resolvers/Recipe.ts';
import { StockAlerts } from './resolvers/StockAlerts.ts';
import { StockItem, StockMovement } from './resolvers/StockItem.ts';
import { Store } from './resolvers/Store.ts';

export const resolvers: Resolvers = {
  Query: { stockItem, stockAlerts, ingredients, recipe, purchaseOrders, recalls },
  Mutation: {
    receiveStock,
    receivePurchaseOrder,
    adjustStock,
    setReorderLevel,
    createIngredient,
    changeIngredient,
    setRecipe,
  },
  Store,
  MenuItem,
  Recipe,
  RecipeLine,
  Ingredient,
  StockAlerts,
  StockItem,
  StockMovement,
  PurchaseOrder,
  PurchaseOrderLine,
  PurchaseOrderDifference,
  ShippingNotice,
  Recall,
};
