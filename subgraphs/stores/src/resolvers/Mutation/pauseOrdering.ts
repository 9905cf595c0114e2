import type { MutationResolvers } from '#generated/stores/resolvers.ts';
import { charactersIn } from '#platform/subgraph/characters.ts';
import { setOrdering } from '../../commands/setOrdering.ts';
import { storeNotFound } from '../storeNotFound.ts';

export const pauseOrdering: MutationResolvers['pauseOrdering'] = async (_parent, { input }, { domain, principal }) => {
  const reason = input.reason.trim();
  if (reason === '' || charactersIn(reason) > 200) {
    return {
      __typename: 'StoreInputProblem',
      field: 'reason',
      message: 'Give a reason of 1 to 200 characters: guests will read it.',
    };
  }
  const outcome = await setOrdering(domain, principal, input.storeId, reason);
  return outcome.kind === 'done' ? { __typename: 'PauseOrderingSuccess', store: outcome.store } : storeNotFound;
};
