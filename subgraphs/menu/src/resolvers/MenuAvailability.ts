import type { MenuAvailabilityResolvers, MenuItemAvailabilityResolvers } from '#generated/menu/resolvers.ts';

export const MenuAvailability: MenuAvailabilityResolvers = {
  changed: ({ changed }) => [...changed],
  removed: ({ removed }) => [...removed],
};

export const MenuItemAvailability: MenuItemAvailabilityResolvers = {
  itemId: ({ item }) => item.id,
  available: ({ unavailableReason }) => unavailableReason === null,
};
