import type { MutationResolvers } from '#generated/stores/resolvers.ts';
import { setOpeningHours as command } from '../../commands/changeStore.ts';
import { editResult } from '../editResult.ts';
import { weekOfDays } from '../weekOfDays.ts';

export const setOpeningHours: MutationResolvers['setOpeningHours'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const { days, ...edit } = input;
  const week = weekOfDays(days);
  if (!week)
    return { __typename: 'StoreInputProblem', field: 'days', message: 'Name each day of the week once at most.' };
  return editResult(await command(domain, principal, edit, week), 'SetOpeningHoursSuccess');
};
