import { DateTime } from 'luxon';
import { StoreHoursChanged } from '#schema/events/stores.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { charactersIn } from '#platform/subgraph/characters.ts';
import type { Stores } from '../context.ts';
import { intervalsProblem, localDate, type Interval } from '../openingHours.ts';
import { mayManage } from '../ownership.ts';
import type { StoreRow } from '../store.ts';

export interface SetOpeningException {
  readonly storeId: string;
  readonly date: string;
  readonly intervals: readonly Interval[];
  readonly note: string | null;
}

export type SetOpeningExceptionOutcome =
  | { readonly kind: 'done'; readonly store: StoreRow }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string };

function problemOf(command: SetOpeningException): { field: string; message: string } | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(command.date) || !DateTime.fromISO(command.date).isValid) {
    return { field: 'date', message: 'A date must be written as YYYY-MM-DD.' };
  }
  const intervals = intervalsProblem(command.intervals);
  if (intervals) return { field: 'intervals', message: intervals };
  if (charactersIn(command.note ?? '') > 200)
    return { field: 'note', message: 'A note may have at most 200 characters.' };
  return undefined;
}

/**
 * Sets the opening hours of one calendar day at a store, in place of those of the usual week. The last call for a day
 * wins.
 */
export async function setOpeningException(
  domain: Stores,
  principal: Principal,
  command: SetOpeningException,
): Promise<SetOpeningExceptionOutcome> {
  if (!mayManage(principal, command.storeId)) return { kind: 'notFound' };
  const problem = problemOf(command);
  if (problem) return { kind: 'invalid', ...problem };
  const now = domain.clock();
  return domain.transaction(async (tx) => {
    const [locked] = await tx.$queryRaw<
      { time_zone: string }[]
    >`SELECT time_zone FROM store WHERE id = ${command.storeId}::uuid FOR UPDATE`;
    if (!locked) return { kind: 'notFound' };
    if (command.date < localDate(locked.time_zone, now)) {
      return {
        kind: 'invalid',
        field: 'date',
        message: 'This date has passed at the store. Choose today or a later date.',
      };
    }
    const { storeId, date, note } = command;
    const intervals = command.intervals.map(({ opens, closes }) => ({ opens, closes }));
    await tx.openingException.upsert({
      where: { storeId_date: { storeId, date } },
      create: { storeId, date, intervals, note },
      update: { intervals, note },
    });
    await domain.events.append(tx, null, [StoreHoursChanged.of({ storeId, at: now.toISOString() })]);
    const store = await tx.store.update({
      where: { id: storeId },
      data: { version: { increment: 1 } },
      include: { exceptions: true },
    });
    return { kind: 'done', store };
  });
}
