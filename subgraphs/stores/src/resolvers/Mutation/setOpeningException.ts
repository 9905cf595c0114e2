import type { MutationResolvers } from '#generated/stores/resolvers.ts';
import { setOpeningException as command } from '../../commands/setOpeningException.ts';
import { storeNotFound } from '../storeNotFound.ts';

export const setOpeningException: MutationResolvers['setOpeningException'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const outcome = await command(domain, principal, { ...input, note: input.note ?? null });
  if (outcome.kind === 'done') return { __typename: 'SetOpeningExceptionSuccess', store: outcome.store };
  if (outcome.kind === 'notFound') return storeNotFound;
  return { __typename: 'StoreInputProblem', field: outcome.field, message: outcome.message };
};
