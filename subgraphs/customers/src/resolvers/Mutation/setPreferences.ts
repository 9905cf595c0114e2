import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { setPreferences as command } from '../../commands/setPreferences.ts';
import { requireQuietHours } from '../../quietHours.ts';
import { changedCustomer } from '../changedCustomer.ts';
import { notRegistered } from '../problems.ts';

export const setPreferences: MutationResolvers['setPreferences'] = async (_parent, { input }, context) => {
  const quietHours = input.quietHours ?? null;
  requireQuietHours(quietHours);
  const outcome = await command(context.domain, context.principal, { ...input, quietHours });
  if (outcome.kind === 'notRegistered') return notRegistered;
  return { __typename: 'SetPreferencesSuccess', customer: await changedCustomer(context, outcome.customerId) };
};
