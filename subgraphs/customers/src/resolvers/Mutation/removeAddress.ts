import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { removeAddress as command } from '../../commands/removeAddress.ts';
import { changedCustomer } from '../changedCustomer.ts';
import { addressNotFound, notRegistered } from '../problems.ts';

export const removeAddress: MutationResolvers['removeAddress'] = async (_parent, { addressId }, context) => {
  const outcome = await command(context.domain, context.principal, addressId);
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'RemoveAddressSuccess', customer: await changedCustomer(context, outcome.customerId) };
    case 'notFound':
      return addressNotFound;
    case 'notRegistered':
      return notRegistered;
  }
};
