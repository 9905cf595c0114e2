import type { Allergen, MenuImageResolvers, MenuItemResolvers } from '#generated/menu/resolvers.ts';
import { unavoidableAllergens } from '../allergens.ts';
import { entryOf } from '../storeMenu.ts';
import { textIn } from './texts.ts';

export const MenuItem: MenuItemResolvers = {
  __resolveReference: async ({ id }, { loaders }) => (await loaders.catalogue()).items.get(id) ?? null,
  name: ({ name }, { locale }) => textIn(name, locale),
  description: ({ description }, { locale }) => textIn(description, locale),
  allergens: (item) => unavoidableAllergens(item) as Allergen[],
  image: ({ images }, { size }) => images.find((image) => image.size === (size ?? 'MEDIUM')) ?? null,
  modifierGroups: ({ groups }) => [...groups],
  entryAt: async (item, { storeId, at }, { domain, loaders }) => {
    const store = await loaders.storeMenu.load(storeId);
    // The store's catalogue may be a later version than the one in which the item was found.
    const current = store?.catalogue.items.get(item.id);
    return store && current ? entryOf(store, current, at ? new Date(at) : domain.clock()) : null;
  },
};

export const MenuImage: MenuImageResolvers = {
  url: ({ path }, _args, { domain }) => `${String(domain.config['MENU_IMAGE_BASE_URL'])}/${path}`,
};
