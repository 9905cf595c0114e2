import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { setConsent as command } from '../../commands/setConsent.ts';
import { changedCustomer } from '../changedCustomer.ts';
import { notRegistered } from '../problems.ts';

export const setConsent: MutationResolvers['setConsent'] = async (_parent, { input }, context) => {
  const outcome = await command(context.domain, context.principal, input);
  if (outcome.kind === 'notRegistered') return notRegistered;
  return { __typename: 'SetConsentSuccess', customer: await changedCustomer(context, outcome.customerId) };
};
