import { isAdmin, type Principal } from '#platform/identity/principal.ts';
import type { Deliveries } from './context.ts';
import { courierOf, customerOf, storesOf } from './ownership.ts';

/** What a principal may see of a courier. */
export interface CourierAccess {
  /** Whether they may see that the courier exists, and the name to call them by. */
  readonly name: boolean;
  /** Whether they may see the courier's position. */
  readonly position: boolean;
}

export const noAccess: CourierAccess = { name: false, position: false };
const everything: CourierAccess = { name: true, position: true };

/**
 * What one principal may see of several couriers, in one statement at most. A customer sees a courier's position only
 * while the courier is bringing them food; staff of a store while the courier is coming for food of the store or
 * carrying it.
 */
export async function findCourierAccess(
  domain: Pick<Deliveries, 'pool'>,
  principal: Principal,
  courierIds: readonly string[],
): Promise<Map<string, CourierAccess>> {
  if (isAdmin(principal)) return new Map(courierIds.map((id) => [id, everything]));
  const self = courierOf(principal);
  const access = new Map(courierIds.filter((id) => id === self).map((id) => [id, everything]));
  const customerId = customerOf(principal) ?? null;
  const storeIds = storesOf(principal);
  if (customerId === null && storeIds.length === 0) return access;
  const { rows } = await domain.pool.query<{ courier_id: string; position: boolean }>(
    `SELECT courier_id, bool_or(CASE WHEN customer_id = $2 THEN status = 'PICKED_UP' ELSE status IN ('ASSIGNED', 'PICKED_UP') END) AS position
     FROM delivery WHERE courier_id = ANY ($1::uuid[]) AND (customer_id = $2::uuid OR store_id = ANY ($3::uuid[])) GROUP BY courier_id`,
    [courierIds, customerId, storeIds],
  );
  for (const row of rows) access.set(row.courier_id, { name: true, position: row.position });
  return access;
}
