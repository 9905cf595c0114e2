import type { StockAlertsChangedSubscription, StoreDayChangedSubscription } from '#generated/bffs/staff/operations.ts';

export type Day = NonNullable<StoreDayChangedSubscription['storeDayChanged']>;
export type OpenOrder = Day['underWay'][number];
export type AlertChanges = NonNullable<StockAlertsChangedSubscription['stockAlertsChanged']>;
export type LowStock = AlertChanges['changed'][number];
export interface Amount {
  readonly amount: number;
  readonly currency: string;
  readonly exponent: number;
}

/** The calendar day at an instant in a time zone, `YYYY-MM-DD`. */
export function dayIn(timeZone: string, at: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
    .formatToParts(at)
    .map(({ type, value }) => [type, value] as const);
  const { year, month, day } = Object.fromEntries(parts) as Record<'year' | 'month' | 'day', string>;
  return `${year}-${month}-${day}`;
}

/** The orders that are behind the time by which their next step was due, the latest first. */
export const lateOrders = (underWay: readonly OpenOrder[], now: Date): OpenOrder[] =>
  underWay
    .filter(({ dueAt }) => dueAt != null && now.toISOString() > dueAt)
    .sort((a, b) => a.dueAt!.localeCompare(b.dueAt!) || a.number - b.number);

/** The ingredients that run out, as the stream tells them. */
export function applyAlerts(low: ReadonlyMap<string, LowStock>, changes: AlertChanges): Map<string, LowStock> {
  const next = new Map(changes.reset ? [] : low);
  for (const item of changes.changed) next.set(item.id, item);
  for (const id of changes.removed) next.delete(id);
  return next;
}

/** Ingredients of which nothing is left stand first. */
export const byNeed = (low: Iterable<LowStock>): LowStock[] =>
  [...low].sort(
    (a, b) => Number(a.onHand > 0) - Number(b.onHand > 0) || (a.ingredient.name < b.ingredient.name ? -1 : 1),
  );

/** Formats an amount of money as it is written in the language. */
export const money = ({ amount, currency, exponent }: Amount, language: string): string =>
  (amount / 10 ** exponent).toLocaleString(language, {
    style: 'currency',
    currency,
    minimumFractionDigits: exponent,
    maximumFractionDigits: exponent,
  });
