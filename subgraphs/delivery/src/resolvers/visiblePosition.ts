import type { Context } from '../context.ts';
import { latestPosition, type CourierPosition } from '../positions.ts';

/**
 * The position of a courier, if the caller may see it; null for everybody else, and for a courier who does not exist.
 */
export async function visiblePosition(
  { domain, loaders }: Context,
  courierId: string,
): Promise<CourierPosition | null> {
  if (!(await loaders.courierAccess.load(courierId)).position) return null;
  const courier = await loaders.courierById.load(courierId);
  return courier && latestPosition(domain, courier);
}
