export const menuItemNotFound = {
  __typename: 'MenuItemNotFound',
  message: 'There is no such item. Check its id.',
} as const;
