import type { MenuItemResolvers, RecipeLineResolvers } from '#generated/inventory/resolvers.ts';

export const MenuItem: MenuItemResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  recipe: ({ id }, _args, { loaders }) => loaders.recipe.load(id),
};

export const RecipeLine: RecipeLineResolvers = {
  ingredient: async ({ ingredientId }, _args, { loaders }) => (await loaders.ingredient.load(ingredientId))!,
};
