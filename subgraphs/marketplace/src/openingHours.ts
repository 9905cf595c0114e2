import { DateTime } from 'luxon';
import { z } from 'zod';

/** A span of a day of the week in which orders are taken, in minutes since local midnight. */
const span = z
  .object({ weekday: z.int().min(1).max(7), from: z.int().min(0), to: z.int().max(1_440) })
  .refine(({ from, to }) => from < to);

export const openingHours = z.array(span).max(28);
export type OpeningHours = z.output<typeof openingHours>;

const timeOfDay = /^([01]\d|2[0-3]):([0-5]\d)$|^24:00$/;

/** Minutes since midnight of `HH:MM`; null for anything else. */
export function minuteOf(time: string): number | null {
  if (!timeOfDay.test(time)) return null;
  const [hours, minutes] = time.split(':').map(Number);
  return hours! * 60 + minutes!;
}

/** Whether orders are taken at an instant. The clock on the wall decides, also on days on which it changes. */
export function takesOrders(hours: OpeningHours, timeZone: string, at: Date): boolean {
  const { weekday, hour, minute } = DateTime.fromJSDate(at, { zone: timeZone });
  const now = hour * 60 + minute;
  return hours.some((each) => each.weekday === weekday && each.from <= now && now < each.to);
}
