import { isDeepStrictEqual } from 'node:util';
import { StoreHoursChanged } from '#schema/events/stores.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { Stores } from '../context.ts';
import { holidaysFrom } from '../holidays.ts';
import { intervalsProblem, localDate, type Interval } from '../openingHours.ts';
import type { StoreRow } from '../store.ts';
import { editStore, type EditOutcome, type InputProblem, type StoreEdit } from './editStore.ts';

export interface SetHolidayHours {
  readonly holiday: string;
  readonly plan: 'AS_USUAL' | 'CLOSED' | 'OWN_HOURS';
  readonly intervals: readonly Interval[];
}

function problemOf(
  { holiday, plan, intervals }: SetHolidayHours,
  store: StoreRow,
  now: Date,
): InputProblem | undefined {
  // What is planned for a holiday that is no more can still be taken back.
  const isKnown =
    store.holidayHours.some((each) => each.holiday === holiday) ||
    holidaysFrom(store, localDate(store.timeZone, now)).some((each) => each.holiday === holiday);
  if (!isKnown)
    return { field: 'holiday', message: 'The store has no such public holiday: choose one of `publicHolidays`.' };
  if (plan === 'OWN_HOURS' && intervals.length === 0)
    return { field: 'intervals', message: 'Say when the store is open, or choose CLOSED.' };
  if (plan !== 'OWN_HOURS' && intervals.length > 0)
    return { field: 'intervals', message: 'Hours go with OWN_HOURS only.' };
  const message = intervalsProblem(intervals);
  return message === undefined ? undefined : { field: 'intervals', message };
}

/** Says what a store does on a public holiday, from now on and in every year. */
export async function setHolidayHours(
  domain: Stores,
  principal: Principal,
  edit: StoreEdit,
  command: SetHolidayHours,
): Promise<EditOutcome> {
  const { storeId } = edit;
  const { holiday, plan } = command;
  const intervals = command.intervals.map(({ opens, closes }) => ({ opens, closes }));
  return editStore(domain, principal, edit, {
    mutation: 'setHolidayHours',
    body: { edit, command },
    problem: (store, now) => problemOf(command, store, now),
    data: {},
    besides: {
      fields: ['publicHolidays'],
      differs: ({ holidayHours }) => {
        const before = holidayHours.find((each) => each.holiday === holiday);
        return plan === 'AS_USUAL' ? before !== undefined : !before || !isDeepStrictEqual(before.intervals, intervals);
      },
      write: (tx) =>
        plan === 'AS_USUAL'
          ? tx.holidayHours.deleteMany({ where: { storeId, holiday } })
          : tx.holidayHours.upsert({
              where: { storeId_holiday: { storeId, holiday } },
              create: { storeId, holiday, intervals },
              update: { intervals },
            }),
    },
    event: (at) => StoreHoursChanged.of({ storeId, at }),
  });
}
