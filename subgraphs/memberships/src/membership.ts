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
