import type { MutationResolvers } from '#generated/stores/resolvers.ts';
import { setOrdering } from '../../commands/setOrdering.ts';
import { editOf, editResult } from '../editResult.ts';

export const pauseOrdering: MutationResolvers['pauseOrdering'] = async (_parent, { input }, { domain, principal }) =>
  editResult(await setOrdering(domain, principal, editOf(input), input.reason.trim()), 'PauseOrderingSuccess');
