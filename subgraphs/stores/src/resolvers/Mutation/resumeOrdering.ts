import type { MutationResolvers } from '#generated/stores/resolvers.ts';
import { setOrdering } from '../../commands/setOrdering.ts';
import { editOf, editResult } from '../editResult.ts';

export const resumeOrdering: MutationResolvers['resumeOrdering'] = async (_parent, { input }, { domain, principal }) =>
  editResult(await setOrdering(domain, principal, editOf(input), null), 'ResumeOrderingSuccess');
