import { DateTime } from 'luxon';

/** Local times `HH:MM`. `closes` not later than `opens` means on the next day; equal means 24 hours. */
export interface Interval {
  readonly opens: string;
  readonly closes: string;
}

/** Seven days, Monday first. */
export type Week = readonly (readonly Interval[])[];

export interface Hours {
  readonly timeZone: string;
  readonly week: Week;
  /** By local calendar day, `YYYY-MM-DD`: these intervals instead of the week's. */
  readonly exceptions: ReadonlyMap<string, readonly Interval[]>;
}

/** How far ahead openings and closings are looked for, in days. */
const horizonDays = 14;

interface Span {
  readonly from: DateTime;
  readonly to: DateTime;
}

/**
 * A local time on a local day, as an instant. In the hour that the clock skips in spring it is as much later as the
 * clock jumps; in the hour that happens twice in autumn it is the first one (luxon's rule).
 */
const at = (day: DateTime, time: string): DateTime => {
  const [hour, minute] = time.split(':').map(Number);
  return day.set({ hour, minute, second: 0, millisecond: 0 });
};

function spansOf(hours: Hours, day: DateTime): Span[] {
  const intervals = hours.exceptions.get(day.toISODate()!) ?? hours.week[day.weekday - 1] ?? [];
  return intervals.map(({ opens, closes }) => ({
    from: at(day, opens),
    to: at(closes > opens ? day : day.plus({ days: 1 }), closes),
  }));
}

/**
 * All spans from yesterday (it may last past midnight) to the horizon; those that touch are one. A span that the clock
 * leaves out in spring, such as 02:30 to 03:00 where it jumps from 02:00 to 03:00, is none: it would end before it
 * begins.
 */
function spansAround(hours: Hours, now: Date): Span[] {
  const today = DateTime.fromJSDate(now, { zone: hours.timeZone }).startOf('day');
  const spans = Array.from({ length: horizonDays + 2 }, (_, index) => spansOf(hours, today.plus({ days: index - 1 })))
    .flat()
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from.toMillis() - b.from.toMillis());
  const merged: Span[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last && span.from <= last.to)
      merged[merged.length - 1] = { from: last.from, to: span.to > last.to ? span.to : last.to };
    else merged.push(span);
  }
  return merged;
}

export interface Opening {
  readonly open: boolean;
  /** Set while open; null when it does not close within the horizon. */
  readonly closesAt: Date | null;
  /** Set while closed; null when nothing is planned within the horizon. */
  readonly nextOpening: Date | null;
}

/** Whether a store is open at an instant, and when that changes next. An instant of closing is closed. */
export function openingAt(hours: Hours, now: Date): Opening {
  const spans = spansAround(hours, now);
  const current = spans.find((span) => span.from.toMillis() <= now.getTime() && now.getTime() < span.to.toMillis());
  if (current) {
    const horizon = DateTime.fromJSDate(now, { zone: hours.timeZone }).startOf('day').plus({ days: horizonDays });
    return { open: true, closesAt: current.to > horizon ? null : current.to.toJSDate(), nextOpening: null };
  }
  const next = spans.find((span) => span.from.toMillis() > now.getTime());
  return { open: false, closesAt: null, nextOpening: next?.from.toJSDate() ?? null };
}

/** The calendar day at a place. */
export const localDate = (timeZone: string, now: Date): string =>
  DateTime.fromJSDate(now, { zone: timeZone }).toISODate()!;

/** What is wrong with the intervals of one day, for a person; undefined if nothing is. */
export function intervalsProblem(intervals: readonly Interval[]): string | undefined {
  if (intervals.length > 4) return 'A day has at most 4 intervals.';
  let end = '';
  for (const [index, { opens, closes }] of intervals.entries()) {
    if (![opens, closes].every((time) => /^([01]\d|2[0-3]):[0-5]\d$/.test(time)))
      return 'Times are written HH:MM, from 00:00 to 23:59.';
    if (opens < end) return 'Intervals must be in order and may not overlap.';
    if (closes <= opens && index < intervals.length - 1) return 'Only the last interval of a day may go past midnight.';
    end = closes;
  }
  return undefined;
}
