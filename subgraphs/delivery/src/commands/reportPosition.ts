import type { Principal } from '#platform/identity/principal.ts';
import type { Deliveries } from '../context.ts';
import { courierOf } from '../ownership.ts';
import { positionsOf, type CourierPosition } from '../positions.ts';
import { isPosition, type Position } from '../quote.ts';

export type ReportPositionOutcome =
  { readonly kind: 'done'; readonly told: CourierPosition } | { readonly kind: 'invalid' | 'courierUnknown' };

/**
 * Keeps the position in memory; it is stored and published within a second (see storePositions.ts). Apart from a
 * courier's first report it costs no statement.
 */
export async function reportPosition(
  domain: Deliveries,
  principal: Principal,
  { latitude, longitude }: Position,
): Promise<ReportPositionOutcome> {
  const courierId = courierOf(principal);
  const positions = positionsOf(domain);
  const exists = async () => (await domain.db.courier.count({ where: { id: courierId! } })) > 0;
  if (!courierId || !(await positions.knows(courierId, exists))) return { kind: 'courierUnknown' };
  if (!isPosition({ latitude, longitude })) return { kind: 'invalid' };
  const told = { courierId, position: { latitude, longitude }, at: domain.clock() };
  positions.report(told);
  return { kind: 'done', told };
}
