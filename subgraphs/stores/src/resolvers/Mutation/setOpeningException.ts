import type { MutationResolvers } from '#generated/stores/resolvers.ts';
import { setOpeningException as command } from '../../commands/setOpeningException.ts';
import { editOf, editResult } from '../editResult.ts';

export const setOpeningException: MutationResolvers['setOpeningException'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const { date, intervals, note = null } = input;
  return editResult(
    await command(domain, principal, editOf(input), { date, intervals, note }),
    'SetOpeningExceptionSuccess',
  );
};
