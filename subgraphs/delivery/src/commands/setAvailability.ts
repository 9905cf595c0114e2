import type { Courier } from '#generated/delivery/prisma/client.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { Deliveries } from '../context.ts';
import { courierOf } from '../ownership.ts';

/** Starts or ends a courier's work; null for who is no courier of ours. Jobs they carry stay theirs. */
export async function setAvailability(
  domain: Deliveries,
  principal: Principal,
  available: boolean,
): Promise<Courier | null> {
  const courierId = courierOf(principal);
  if (!courierId) return null;
  const [courier] = await domain.db.courier.updateManyAndReturn({ where: { id: courierId }, data: { available } });
  return courier ?? null;
}
