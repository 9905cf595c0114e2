import { daysAfter, daysBetween, periodOf, startOf, type Day } from './calendar.ts';

export type MembershipStatus = 'PENDING' | 'ACTIVE' | 'PAST_DUE' | 'PAUSED' | 'ENDED' | 'FAILED';

/** What decides when the periods of a plan begin and end. */
export interface PlanLength {
  /** Months of a period; 0 for a trial. */
  readonly months: number;
  /** Days of a trial; 0 for any other plan. */
  readonly trialDays: number;
}

/** Where a membership stands in time, and what its present period is worth. */
export interface Course {
  readonly anchor: Day;
  /** How many periods since the anchor have begun. */
  readonly periods: number;
  readonly periodStart: Day;
  /** The first day after the period. */
  readonly periodEnd: Day;
  readonly periodDays: number;
  /** The price of the whole present period, in minor units. */
  readonly paid: number;
}

/** The course of a membership that begins on a day. */
export function beginOn(day: Day, plan: PlanLength, price: number): Course {
  const { start, end } =
    plan.months === 0 ? { start: day, end: daysAfter(day, plan.trialDays) } : periodOf(day, plan.months, 0);
  return {
    anchor: day,
    periods: 1,
    periodStart: start,
    periodEnd: end,
    periodDays: daysBetween(start, end),
    paid: price,
  };
}

/** The instant at which a period is over in a time zone. */
export const endOf = ({ periodEnd }: Pick<Course, 'periodEnd'>, timeZone: string): Date => startOf(periodEnd, timeZone);

/** The course after a period that is renewed. A trial is followed by the first period of its next plan. */
export function renew(course: Course, plan: PlanLength, price: number, afterTrial: boolean): Course {
  if (afterTrial) return beginOn(course.periodEnd, plan, price);
  const { start, end } = periodOf(course.anchor, plan.months, course.periods);
  return {
    anchor: course.anchor,
    periods: course.periods + 1,
    periodStart: start,
    periodEnd: end,
    periodDays: daysBetween(start, end),
    paid: price,
  };
}

/**
 * The course of a membership that goes on after a pause: the days that were left begin today, and further periods are
 * counted from their end. A pause that keeps no day from being used, since today counts as used on both sides of it,
 * changes nothing: neither is a day lost, nor does the day of the month move on which it is renewed.
 */
export function goOn(course: Course, today: Day, daysLeft: number): Course {
  const periodEnd = daysAfter(today, daysLeft);
  if (periodEnd <= course.periodEnd) return course;
  return { ...course, anchor: periodEnd, periods: 0, periodEnd };
}

/** On which days after the end of a period its renewal is tried: the first is the day itself. */
export const triedOn = [0, 3, 7, 14] as const;
/** How many days after the last try a member keeps the benefits, so that another card can be given. */
export const graceDays = 7;

/** The instant of what follows when a renewal was refused so many times: the next try, or the end of the grace. */
export const afterRefusals = ({ periodEnd }: Pick<Course, 'periodEnd'>, tries: number, timeZone: string): Date =>
  startOf(daysAfter(periodEnd, triedOn[tries] ?? triedOn.at(-1)! + graceDays), timeZone);

/** What time brings a membership whose instant has come. */
export function whatIsDue({
  cancelAtEnd,
  tries,
}: {
  readonly cancelAtEnd: boolean;
  readonly tries: number;
}): 'RENEWAL' | 'CANCELLED' | 'UNPAID' {
  if (cancelAtEnd) return 'CANCELLED';
  return tries >= triedOn.length ? 'UNPAID' : 'RENEWAL';
}
