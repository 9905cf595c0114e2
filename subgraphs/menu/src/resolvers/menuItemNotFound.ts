export const menuItemNotFound = {
  __typename: 'MenuItemNotFound',
  message: 'No item has this id. Check it.',
} as const;
