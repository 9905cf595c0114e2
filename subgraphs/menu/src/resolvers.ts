import type { Resolvers } from '#generated/menu/resolvers.ts';
import { ComboSlot, MenuCategory, MenuItemSize, Modifier, ModifierGroup } from './resolvers/catalogueParts.ts';
import { Menu, MenuSection } from './resolvers/Menu.ts';
import { MenuAvailability, MenuItemAvailability } from './resolvers/MenuAvailability.ts';
import { ComboChoiceOffer, MenuEntry, MenuSizeOffer, ModifierOffer } from './resolvers/MenuEntry.ts';
import { MenuImage, MenuItem } from './resolvers/MenuItem.ts';
import { changeMenuItemPrice } from './resolvers/Mutation/changeMenuItemPrice.ts';
import { removeMenuItem } from './resolvers/Mutation/removeMenuItem.ts';
import { setMenuItemAvailability } from './resolvers/Mutation/setMenuItemAvailability.ts';
import { menuAvailability } from './resolvers/Query/menuAvailability.ts';
import { menuCategories } from './resolvers/Query/menuCategories.ts';
import { menuItem } from './resolvers/Query/menuItem.ts';
import { Store } from './resolvers/Store.ts';

export const resolvers: Resolvers = {
  Query: { menuItem, menuCategories, menuAvailability },
  Mutation: { setMenuItemAvailability, changeMenuItemPrice, removeMenuItem },
  Store,
  Menu,
  MenuSection,
  MenuEntry,
  MenuSizeOffer,
  ModifierOffer,
  ComboChoiceOffer,
  MenuAvailability,
  MenuItemAvailability,
  MenuItem,
  MenuImage,
  MenuCategory,
  MenuItemSize,
  ModifierGroup,
  Modifier,
  ComboSlot,
};
