import type { MutationResolvers } from '#generated/stores/resolvers.ts';
import { setOrdering } from '../../commands/setOrdering.ts';
import { storeNotFound } from '../storeNotFound.ts';

export const resumeOrdering: MutationResolvers['resumeOrdering'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const outcome = await setOrdering(domain, principal, input.storeId, null);
  return outcome.kind === 'done' ? { __typename: 'ResumeOrderingSuccess', store: outcome.store } : storeNotFound;
};
