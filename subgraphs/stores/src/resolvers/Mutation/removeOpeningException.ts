import type { MutationResolvers } from '#generated/stores/resolvers.ts';
import { removeOpeningException as command } from '../../commands/removeOpeningException.ts';
import { editOf, editResult } from '../editResult.ts';

export const removeOpeningException: MutationResolvers['removeOpeningException'] = async (
  _parent,
  { input },
  { domain, principal },
) => editResult(await command(domain, principal, editOf(input), input.date), 'RemoveOpeningExceptionSuccess');
