import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { removeMenuItem as command } from '../../commands/removeMenuItem.ts';
import { menuItemNotFound } from '../menuItemNotFound.ts';

export const removeMenuItem: MutationResolvers['removeMenuItem'] = async (_parent, { input }, { domain, loaders }) => {
  const known = await command(domain, input.menuItemId);
  const item = known ? (await loaders.catalogue()).items.get(input.menuItemId) : undefined;
  return item ? { __typename: 'RemoveMenuItemSuccess', item } : menuItemNotFound;
};
