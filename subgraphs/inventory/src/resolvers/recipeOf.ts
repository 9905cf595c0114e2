import type { RecipeOfInput } from '#generated/inventory/resolvers.ts';
import type { RecipeOf } from '../recipes.ts';

export const recipeOf = ({ menuItemId = null, sizeId = null, modifierId = null }: RecipeOfInput): RecipeOf => ({
  menuItemId,
  sizeId,
  modifierId,
});
