import type { MutationResolvers } from '#generated/partners/resolvers.ts';
import { setPartnerApp as command } from '../../commands/setPartnerApp.ts';
import { notFound, problem } from '../results.ts';

export const setPartnerApp: MutationResolvers['setPartnerApp'] = async (_parent, { input }, { domain }) => {
  const outcome = await command(domain, {
    signing: 'REQUIRED',
    addresses: [],
    orderStoreIds: [],
    vendorIds: [],
    ...input,
  });
  if (outcome.kind === 'invalid') return problem(outcome);
  if (outcome.kind === 'notFound') return notFound('partner');
  return { __typename: 'SetPartnerAppSuccess', app: outcome.app };
};
