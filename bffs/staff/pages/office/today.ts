import type { StockAlertsChangedSubscription, StoreDayChangedSubscription } from '#generated/bffs/staff/operations.ts';

export type Day = NonNullable<StoreDayChangedSubscription['storeDayChanged']>;
export type OpenOrder = Day['underWay'][number];
export type AlertChanges = NonNullable<StockAlertsChangedSubscription['stockAlertsChanged']>;
export type LowStock = AlertChanges['changed'][number];

/** The orders that are behind the time by which their next step was due, the latest first. */
export const lateOrders = (underWay: readonly OpenOrder[], now: Date): OpenOrder[] =>
  underWay
    .filter(({ dueAt }) => dueAt != null && now.toISOString() > dueAt)
    .sort((a, b) => a.dueAt!.localeCompare(b.dueAt!) || a.number - b.number);

/** Applies a message of the stream to the ingredients that run out. Returns a new map. */
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
