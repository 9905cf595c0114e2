import type {
  Allergen,
  ComboSlotResolvers,
  MenuCategoryResolvers,
  MenuItemSizeResolvers,
  ModifierGroupResolvers,
  ModifierResolvers,
} from '#generated/menu/resolvers.ts';
import { textIn } from './texts.ts';

export const MenuCategory: MenuCategoryResolvers = {
  __resolveReference: async ({ id }, { loaders }) =>
    (await loaders.catalogue()).categories.find((category) => category.id === id) ?? null,
  name: ({ name }, { locale }) => textIn(name, locale),
};

export const MenuItemSize: MenuItemSizeResolvers = {
  __resolveReference: async ({ id }, { loaders }) => (await loaders.catalogue()).sizes.get(id) ?? null,
  name: ({ name }, { locale }) => textIn(name, locale),
};

export const ModifierGroup: ModifierGroupResolvers = {
  __resolveReference: async ({ id }, { loaders }) => (await loaders.catalogue()).groups.get(id) ?? null,
  name: ({ name }, { locale }) => textIn(name, locale),
};

export const Modifier: ModifierResolvers = {
  __resolveReference: async ({ id }, { loaders }) => (await loaders.catalogue()).modifiers.get(id) ?? null,
  name: ({ name }, { locale }) => textIn(name, locale),
  allergens: ({ allergens }) => allergens as Allergen[],
};

export const ComboSlot: ComboSlotResolvers = {
  __resolveReference: async ({ id }, { loaders }) => (await loaders.catalogue()).slots.get(id) ?? null,
  name: ({ name }, { locale }) => textIn(name, locale),
  choices: ({ choices }) => choices.map((choice) => choice.item).filter((item) => !item.removed),
};
