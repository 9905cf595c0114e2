import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { removeFavouriteStore as command } from '../../commands/removeFavouriteStore.ts';
import { changedCustomer } from '../changedCustomer.ts';
import { notRegistered } from '../problems.ts';

export const removeFavouriteStore: MutationResolvers['removeFavouriteStore'] = async (
  _parent,
  { storeId },
  context,
) => {
  const outcome = await command(context.domain, context.principal, storeId);
  if (outcome.kind === 'notRegistered') return notRegistered;
  return { __typename: 'RemoveFavouriteStoreSuccess', customer: await changedCustomer(context, outcome.customerId) };
};
