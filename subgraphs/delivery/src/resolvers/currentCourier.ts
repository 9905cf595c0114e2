import type { Courier } from '#generated/delivery/prisma/client.ts';
import type { Context } from '../context.ts';
import { courierOf } from '../ownership.ts';

/**
 * The calling courier; null for everybody else, and for a courier's token whose subject is not a courier of the
 * chain.
 */
export async function currentCourier({ principal, loaders }: Context): Promise<Courier | null> {
  const courierId = courierOf(principal);
  return courierId ? loaders.courierById.load(courierId) : null;
}
