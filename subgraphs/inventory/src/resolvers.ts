import type { Resolvers } from '#generated/inventory/resolvers.ts';
import { Ingredient } from './resolvers/Ingredient.ts';
import { MenuItem, RecipeLine } from './resolvers/MenuItem.ts';
import { adjustStock } from './resolvers/Mutation/adjustStock.ts';
import { changeIngredient } from './resolvers/Mutation/changeIngredient.ts';
import { createIngredient } from './resolvers/Mutation/createIngredient.ts';
import { receiveStock } from './resolvers/Mutation/receiveStock.ts';
import { setRecipe } from './resolvers/Mutation/setRecipe.ts';
import { setReorderLevel } from './resolvers/Mutation/setReorderLevel.ts';
import { ingredients } from './resolvers/Query/ingredients.ts';
import { recipe } from './resolvers/Query/recipe.ts';
import { stockAlerts } from './resolvers/Query/stockAlerts.ts';
import { stockItem } from './resolvers/Query/stockItem.ts';
import { Recipe } from './resolvers/Recipe.ts';
import { StockAlerts } from './resolvers/StockAlerts.ts';
import { StockItem, StockMovement } from './resolvers/StockItem.ts';
import { Store } from './resolvers/Store.ts';

export const resolvers: Resolvers = {
  Query: { stockItem, stockAlerts, ingredients, recipe },
  Mutation: { receiveStock, adjustStock, setReorderLevel, createIngredient, changeIngredient, setRecipe },
  Store,
  MenuItem,
  Recipe,
  RecipeLine,
  Ingredient,
  StockAlerts,
  StockItem,
  StockMovement,
};
