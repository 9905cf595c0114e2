import type { OpenDeliveriesQuery } from '#generated/bffs/staff/operations.ts';

export type OpenDelivery = NonNullable<OpenDeliveriesQuery['openDeliveries']>[number];

export interface CourierJobs {
  /** Undefined for the deliveries that no courier has taken yet. */
  readonly name: string | undefined;
  readonly jobs: readonly OpenDelivery[];
}

/** Groups deliveries by their courier. Those that no courier has taken yet stand first. */
export function byCourier(deliveries: readonly OpenDelivery[]): CourierJobs[] {
  const by = new Map<string, OpenDelivery[]>();
  for (const each of deliveries) by.set(each.courier?.id ?? '', [...(by.get(each.courier?.id ?? '') ?? []), each]);
  return [...by]
    .map(([id, jobs]) => ({ name: id === '' ? undefined : (jobs[0]!.courier?.displayName ?? id), jobs }))
    .sort((a, b) => (a.name === undefined ? -1 : b.name === undefined ? 1 : a.name < b.name ? -1 : 1));
}
