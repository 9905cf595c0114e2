import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { changeAddress as command } from '../../commands/changeAddress.ts';
import { changedAddress } from '../changedAddress.ts';
import { changedCustomer } from '../changedCustomer.ts';
import { addressNotFound, invalid, notRegistered } from '../problems.ts';

export const changeAddress: MutationResolvers['changeAddress'] = async (_parent, { input }, context) => {
  const outcome = await command(context.domain, context.principal, input);
  switch (outcome.kind) {
    case 'done':
      return {
        __typename: 'ChangeAddressSuccess',
        customer: await changedCustomer(context, outcome.customerId),
        address: await changedAddress(context, outcome.customerId, outcome.addressId),
      };
    case 'invalid':
      return invalid(outcome.problems);
    case 'notFound':
      return addressNotFound;
    case 'notRegistered':
      return notRegistered;
  }
};
