import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { addAddress as command } from '../../commands/addAddress.ts';
import { changedAddress } from '../changedAddress.ts';
import { changedCustomer } from '../changedCustomer.ts';
import { invalid, notRegistered } from '../problems.ts';

export const addAddress: MutationResolvers['addAddress'] = async (_parent, { input }, context) => {
  const outcome = await command(context.domain, context.principal, input);
  switch (outcome.kind) {
    case 'done':
      return {
        __typename: 'AddAddressSuccess',
        customer: await changedCustomer(context, outcome.customerId),
        address: await changedAddress(context, outcome.customerId, outcome.addressId),
      };
    case 'invalid':
      return invalid(outcome.problems);
    case 'limitReached':
      return {
        __typename: 'CustomerAddressLimitReached',
        message: 'You have as many addresses as are allowed. Remove one first.',
      };
    case 'notRegistered':
      return notRegistered;
  }
};
