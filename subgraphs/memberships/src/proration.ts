import { daysBetween, type Day } from './calendar.ts';
import type { Course } from './membership.ts';

/**
 * What days of a period that are not used are worth, in minor units, rounded down: what is used and what is not add
 * up to the whole price.
 */
export const worthOf = ({ paid, periodDays }: Pick<Course, 'paid' | 'periodDays'>, days: number): number =>
  Math.floor((paid * Math.min(Math.max(days, 0), periodDays)) / periodDays);

/** The days of a period from a day on, that day included. */
export const daysFrom = (day: Day, { periodEnd }: Pick<Course, 'periodEnd'>): number =>
  Math.max(0, daysBetween(day, periodEnd));

/**
 * What is due for a plan that begins today, in minor units: its price without what the rest of the present period is
 * worth, today included. Negative when that is more than the price.
 */
export const dueForChange = (course: Course, today: Day, price: number): number =>
  price - worthOf(course, daysFrom(today, course));

export interface Refundable {
  readonly id: string;
  /** What can still be paid back of the charge. */
  readonly left: number;
}

/**
 * Which charges an amount is paid back from, in the given order. The parts add up to the amount.
 * @throws RangeError when the charges hold less than that
 */
export function allocate(amount: number, charges: readonly Refundable[]): { id: string; amount: number }[] {
  const parts: { id: string; amount: number }[] = [];
  let open = amount;
  for (const { id, left } of charges) {
    const part = Math.min(open, left);
    if (part > 0) parts.push({ id, amount: part });
    open -= part;
  }
  if (open > 0) throw new RangeError(`${open} of ${amount} cannot be paid back: the charges do not hold so much`);
  return parts;
}
