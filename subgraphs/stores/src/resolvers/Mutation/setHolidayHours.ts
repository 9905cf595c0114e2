import type { MutationResolvers } from '#generated/stores/resolvers.ts';
import { setHolidayHours as command } from '../../commands/setHolidayHours.ts';
import { editResult } from '../editResult.ts';

export const setHolidayHours: MutationResolvers['setHolidayHours'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const { holiday, plan, intervals, ...edit } = input;
  return editResult(
    await command(domain, principal, edit, { holiday, plan, intervals: intervals ?? [] }),
    'SetHolidayHoursSuccess',
  );
};
