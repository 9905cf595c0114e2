import type { Courier } from '#generated/delivery/prisma/client.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { Deliveries } from '../context.ts';
import { courierOf } from '../ownership.ts';

/**
 * Sets whether a courier takes jobs; null when the caller is not a courier of the chain. Jobs that they carry remain
 * theirs. One who was deactivated stays unavailable.
 */
export async function setAvailability(
  domain: Deliveries,
  principal: Principal,
  available: boolean,
): Promise<Courier | null> {
  const courierId = courierOf(principal);
  if (!courierId) return null;
  const [courier] = await domain.db.courier.updateManyAndReturn({
    where: { id: courierId, deactivatedAt: null },
    data: { available },
  });
  return courier ?? domain.db.courier.findUnique({ where: { id: courierId } });
}
