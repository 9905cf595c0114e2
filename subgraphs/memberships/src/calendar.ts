import { DateTime } from 'luxon';

/** A calendar day, YYYY-MM-DD, in the time zone of the membership's store. */
export type Day = string;

/** A stretch of whole days: the first one, and the first one after it. */
export interface Period {
  readonly start: Day;
  readonly end: Day;
}

const utc = (day: Day): DateTime => DateTime.fromISO(day, { zone: 'utc' });

const isoOf = (date: DateTime): Day => {
  const day = date.toISODate();
  if (day === null) throw new RangeError('this is not a day of the calendar');
  return day;
};

/** The day that it is in a time zone at an instant. */
export const dayOf = (at: Date, timeZone: string): Day => isoOf(DateTime.fromJSDate(at, { zone: timeZone }));

/** The instant at which a day begins in a time zone: midnight, or what comes first where a clock jumps over it. */
export const startOf = (day: Day, timeZone: string): Date =>
  DateTime.fromISO(day, { zone: timeZone }).startOf('day').toJSDate();

export const daysAfter = (day: Day, days: number): Day => isoOf(utc(day).plus({ days }));

/** How many days lie from one day to another; negative when the second is earlier. */
export const daysBetween = (from: Day, to: Day): number => utc(to).diff(utc(from), 'days').days;

/**
 * The period with a number, from 0, counted from the anchor. Each is counted from the anchor itself and not from the
 * period before, so that 31 January leads to 28 February and then to 31 March.
 */
export const periodOf = (anchor: Day, months: number, number: number): Period => ({
  start: isoOf(utc(anchor).plus({ months: months * number })),
  end: isoOf(utc(anchor).plus({ months: months * (number + 1) })),
});
