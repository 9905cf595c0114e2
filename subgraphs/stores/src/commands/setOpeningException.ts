import { isDeepStrictEqual } from 'node:util';
import { DateTime } from 'luxon';
import { StoreHoursChanged } from '#schema/events/stores.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { charactersIn, isPrintable, notPrintable } from '#platform/subgraph/characters.ts';
import { withLineFeeds } from '#platform/subgraph/lineEnds.ts';
import { chainLimits } from '#schema/chainLimits.ts';
import type { Stores } from '../context.ts';
import { intervalsProblem, localDate, type Interval } from '../openingHours.ts';
import { editStore, type EditOutcome, type InputProblem, type StoreEdit } from './editStore.ts';

export interface SetOpeningException {
  readonly date: string;
  readonly intervals: readonly Interval[];
  readonly note: string | null;
}

export function dateProblem(date: string): InputProblem | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return { field: 'date', message: 'A date must be written as YYYY-MM-DD.' };
  return DateTime.fromISO(date).isValid
    ? undefined
    : { field: 'date', message: `The calendar has no ${date}. Choose another day.` };
}

function problemOf(command: SetOpeningException, today: string): InputProblem | undefined {
  const unread = dateProblem(command.date);
  if (unread) return unread;
  if (command.date < today)
    return { field: 'date', message: 'This date has passed at the store. Choose today or a later date.' };
  const intervals = intervalsProblem(command.intervals);
  if (intervals) return { field: 'intervals', message: intervals };
  const note = command.note?.trim() ?? '';
  if (charactersIn(note) > chainLimits.note || !isPrintable(note))
    return { field: 'note', message: `Write at most ${chainLimits.note} characters, and ${notPrintable}.` };
  return undefined;
}

/**
 * Sets the opening hours of one calendar day at a store, in place of those of the usual week. The last call for a day
 * wins.
 */
export async function setOpeningException(
  domain: Stores,
  principal: Principal,
  edit: StoreEdit,
  command: SetOpeningException,
): Promise<EditOutcome> {
  const { storeId } = edit;
  const { date } = command;
  const note = withLineFeeds(command.note?.trim() ?? '') || null;
  const intervals = command.intervals.map(({ opens, closes }) => ({ opens, closes }));
  return editStore(domain, principal, edit, {
    mutation: 'setOpeningException',
    body: { edit, command },
    problem: (store, now) => problemOf(command, localDate(store.timeZone, now)),
    data: {},
    besides: {
      fields: ['openingExceptions'],
      differs: ({ exceptions }) => {
        const before = exceptions.find((each) => each.date === date);
        return !before || before.note !== note || !isDeepStrictEqual(before.intervals, intervals);
      },
      write: (tx) =>
        tx.openingException.upsert({
          where: { storeId_date: { storeId, date } },
          create: { storeId, date, intervals, note },
          update: { intervals, note },
        }),
    },
    event: (at) => StoreHoursChanged.of({ storeId, at }),
  });
}
