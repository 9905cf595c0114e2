import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { register as command } from '../../commands/register.ts';
import { changedCustomer } from '../changedCustomer.ts';
import { invalid, notAllowed } from '../problems.ts';

export const register: MutationResolvers['register'] = async (_parent, { input }, context) => {
  const outcome = await command(context.domain, context.principal, input);
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'RegisterSuccess', customer: await changedCustomer(context, outcome.customerId) };
    case 'invalid':
      return invalid(outcome.problems);
    case 'alreadyRegistered':
      return {
        __typename: 'CustomerAlreadyRegistered',
        message: 'This account has, or had, a profile. Change it, or sign up with a new account.',
      };
    case 'notAllowed':
      return notAllowed;
  }
};
