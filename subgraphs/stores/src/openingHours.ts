import { DateTime } from 'luxon';

/**
 * Local times `HH:MM`. When `closes` is not later than `opens`, it is on the next day; when the two are equal, the
 * store is open for 24 hours.
 */
export interface Interval {
  readonly opens: string;
  readonly closes: string;
}

/** The intervals of seven days, Monday first. */
export type Week = readonly (readonly Interval[])[];

export interface Hours {
  readonly timeZone: string;
  readonly week: Week;
  /** Intervals that replace those of the usual week, by local calendar day (`YYYY-MM-DD`). */
  readonly exceptions: ReadonlyMap<string, readonly Interval[]>;
}

/** How many days ahead the next opening or closing is looked for. */
const horizonDays = 14;

interface Span {
  readonly from: DateTime;
  readonly to: DateTime;
}

/**
 * A local time on a local day, as an instant. A time in the hour that the clock skips in spring becomes later by as
 * much as the clock jumps; a time in the hour that occurs twice in autumn means the first one. Both are luxon's
 * rules.
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
 * The span in which the store is open, or else the next one; undefined if there is none before the horizon. It looks
 * from yesterday on, whose hours may last past midnight, no further than it must. Spans that touch are joined into one.
 * A span that the clock skips in spring, such as 02:30 to 03:00 where it jumps from 02:00 to 03:00, is left out, since
 * it would end before it begins.
 */
function spanAround(hours: Hours, now: Date, today: DateTime): Span | undefined {
  let found: Span | undefined;
  for (let index = -1; index <= horizonDays; index += 1) {
    // Where the clock skips midnight, a day begins later, and a number of days from there is not the beginning of one.
    const day = today.plus({ days: index }).startOf('day');
    // No later span touches one that ends before its day does.
    if (found && found.to < day && found.to.toMillis() > now.getTime()) return found;
    const spans = spansOf(hours, day)
      .filter(({ from, to }) => from < to)
      .sort((a, b) => a.from.toMillis() - b.from.toMillis());
    for (const span of spans) {
      if (found && span.from <= found.to) found = { from: found.from, to: span.to > found.to ? span.to : found.to };
      else if (!found || found.to.toMillis() <= now.getTime()) found = span;
    }
  }
  return found && found.to.toMillis() > now.getTime() ? found : undefined;
}

export interface Opening {
  readonly open: boolean;
  /** Set while the store is open; null when it does not close within the horizon. */
  readonly closesAt: Date | null;
  /** Set while the store is closed; null when no opening is planned within the horizon. */
  readonly nextOpening: Date | null;
}

/** Whether a store is open at an instant, and when that changes next. At the instant of closing it is closed. */
export function openingAt(hours: Hours, now: Date): Opening {
  const today = DateTime.fromJSDate(now, { zone: hours.timeZone }).startOf('day');
  const span = spanAround(hours, now, today);
  if (!span || span.from.toMillis() > now.getTime())
    return { open: false, closesAt: null, nextOpening: span?.from.toJSDate() ?? null };
  const horizon = today.plus({ days: horizonDays });
  return { open: true, closesAt: span.to > horizon ? null : span.to.toJSDate(), nextOpening: null };
}

/** The calendar day in a time zone at an instant, `YYYY-MM-DD`. */
export const localDate = (timeZone: string, now: Date): string =>
  DateTime.fromJSDate(now, { zone: timeZone }).toISODate()!;

/** What is wrong with the intervals of one day, as a sentence for a person; undefined when nothing is. */
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
