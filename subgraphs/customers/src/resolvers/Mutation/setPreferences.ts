import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { setPreferences as command } from '../../commands/setPreferences.ts';
import { changedCustomer } from '../changedCustomer.ts';
import { notRegistered } from '../problems.ts';

export const setPreferences: MutationResolvers['setPreferences'] = async (_parent, { input }, context) => {
  const outcome = await command(context.domain, context.principal, input);
  if (outcome.kind === 'notRegistered') return notRegistered;
  return { __typename: 'SetPreferencesSuccess', customer: await changedCustomer(context, outcome.customerId) };
};
