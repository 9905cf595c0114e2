import type { Resolvers } from '#generated/menu/resolvers.ts';
import { ComboSlot, MenuCategory, MenuItemSize, Modifier, ModifierGroup } from './resolvers/catalogueParts.ts';
import { Menu, MenuSection } from './resolvers/Menu.ts';
import { MenuAvailability, MenuItemAvailability } from './resolvers/MenuAvailability.ts';
import { MenuDraft } from './resolvers/MenuDraft.ts';
import { ComboChoiceOffer, MenuEntry, MenuSizeOffer, ModifierOffer } from './resolvers/MenuEntry.ts';
import { MenuImage, MenuItem } from './resolvers/MenuItem.ts';
import { changeMenuItemPrice } from './resolvers/Mutation/changeMenuItemPrice.ts';
import { changeMenuCategory } from './resolvers/Mutation/changeMenuCategory.ts';
import { changeMenuItem } from './resolvers/Mutation/changeMenuItem.ts';
import { changeModifierGroup } from './resolvers/Mutation/changeModifierGroup.ts';
import { createMenuCategory } from './resolvers/Mutation/createMenuCategory.ts';
import { createMenuDraft } from './resolvers/Mutation/createMenuDraft.ts';
import { createMenuItem } from './resolvers/Mutation/createMenuItem.ts';
import { createModifierGroup } from './resolvers/Mutation/createModifierGroup.ts';
import { discardMenuDraft } from './resolvers/Mutation/discardMenuDraft.ts';
import { publishMenuDraft } from './resolvers/Mutation/publishMenuDraft.ts';
import { retireMenuCategory } from './resolvers/Mutation/retireMenuCategory.ts';
import { retireModifierGroup } from './resolvers/Mutation/retireModifierGroup.ts';
import { removeMenuItem } from './resolvers/Mutation/removeMenuItem.ts';
import { setMenuItemImage } from './resolvers/Mutation/setMenuItemImage.ts';
import { setMenuItemAvailability } from './resolvers/Mutation/setMenuItemAvailability.ts';
import { menuAvailability } from './resolvers/Query/menuAvailability.ts';
import { menuCategories } from './resolvers/Query/menuCategories.ts';
import { menuDrafts } from './resolvers/Query/menuDrafts.ts';
import { menuItem } from './resolvers/Query/menuItem.ts';
import { modifierGroups } from './resolvers/Query/modifierGroups.ts';
import { Store } from './resolvers/Store.ts';

export const resolvers: Resolvers = {
  Query: { menuItem, menuCategories, menuAvailability, modifierGroups, menuDrafts },
  Mutation: {
    setMenuItemAvailability,
    setMenuItemImage,
    changeMenuItemPrice,
    removeMenuItem,
    changeMenuCategory,
    changeMenuItem,
    changeModifierGroup,
    createMenuCategory,
    createMenuDraft,
    createMenuItem,
    createModifierGroup,
    discardMenuDraft,
    publishMenuDraft,
    retireMenuCategory,
    retireModifierGroup,
  },
  Store,
  Menu,
  MenuSection,
  MenuEntry,
  MenuSizeOffer,
  ModifierOffer,
  ComboChoiceOffer,
  MenuAvailability,
  MenuItemAvailability,
  MenuDraft,
  MenuItem,
  MenuImage,
  MenuCategory,
  MenuItemSize,
  ModifierGroup,
  Modifier,
  ComboSlot,
};
