import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { setMenuItemAvailability as command } from '../../commands/setMenuItemAvailability.ts';

export const setMenuItemAvailability: MutationResolvers['setMenuItemAvailability'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const outcome = await command(domain, principal, input);
  if (outcome.kind === 'done') return { __typename: 'SetMenuItemAvailabilitySuccess', entry: outcome.entry };
  return {
    __typename: 'MenuEntryNotFound',
    message: 'No store that you manage sells this item. Check both ids, and the store to which your token is bound.',
  };
};
