import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { updateProfile as command } from '../../commands/updateProfile.ts';
import { changedCustomer } from '../changedCustomer.ts';
import { invalid, notRegistered } from '../problems.ts';

export const updateProfile: MutationResolvers['updateProfile'] = async (_parent, { input }, context) => {
  const outcome = await command(context.domain, context.principal, input);
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'UpdateProfileSuccess', customer: await changedCustomer(context, outcome.customerId) };
    case 'invalid':
      return invalid(outcome.problems);
    case 'notRegistered':
      return notRegistered;
  }
};
