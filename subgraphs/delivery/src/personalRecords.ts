import type { PersonalDataRequest, PersonalRecords } from '#platform/subgraph/personalData.ts';
import type { Deliveries } from './context.ts';
import { openDropoff } from './dropoff.ts';

/** Where deliveries go to that have not ended; afterwards the position is deleted. */
export async function personalRecords(
  domain: Deliveries,
  { customerId }: PersonalDataRequest,
): Promise<PersonalRecords> {
  const rows = await domain.db.delivery.findMany({ where: { customerId, dropoff: { not: null } }, take: 10_000 });
  return { dropoffs: rows.map((row) => ({ deliveryId: row.id, position: openDropoff(domain, row) })) };
}
