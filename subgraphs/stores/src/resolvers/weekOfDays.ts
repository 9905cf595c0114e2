import type { DayHoursInput } from '#generated/stores/resolvers.ts';
import type { Week } from '../openingHours.ts';
import { weekdays } from '../weekdays.ts';

/** Seven lists of intervals, Monday first; a day that is not named is closed. Undefined when one is named twice. */
export function weekOfDays(days: readonly DayHoursInput[]): Week | undefined {
  if (new Set(days.map(({ weekday }) => weekday)).size < days.length) return undefined;
  return weekdays.map((weekday) => [...(days.find((day) => day.weekday === weekday)?.intervals ?? [])]);
}
