import type { IngredientResolvers, StockUnit } from '#generated/inventory/resolvers.ts';

export const Ingredient: IngredientResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.ingredient.load(id),
  name: ({ name }, { locale }) => {
    const texts = name as Record<string, string>;
    return texts[(locale ?? 'EN').toLowerCase()] ?? texts['en'] ?? '';
  },
  unit: ({ unit }) => unit as StockUnit,
};
