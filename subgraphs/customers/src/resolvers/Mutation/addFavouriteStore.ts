import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { addFavouriteStore as command } from '../../commands/addFavouriteStore.ts';
import { changedCustomer } from '../changedCustomer.ts';
import { notRegistered } from '../problems.ts';

export const addFavouriteStore: MutationResolvers['addFavouriteStore'] = async (_parent, { storeId }, context) => {
  const outcome = await command(context.domain, context.principal, storeId);
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'AddFavouriteStoreSuccess', customer: await changedCustomer(context, outcome.customerId) };
    case 'storeNotFound':
      return { __typename: 'CustomerStoreNotFound', message: 'No store has this id. Read the stores again.' };
    case 'limitReached':
      return {
        __typename: 'CustomerFavouriteLimitReached',
        message: 'You have as many favourite stores as are allowed. Remove one first.',
      };
    case 'notRegistered':
      return notRegistered;
  }
};
