import type { DeliveryPartner, DeliveryResolvers, DeliveryStatus } from '#generated/delivery/resolvers.ts';
import { hasEnded } from '../delivery.ts';
import { openDropoff } from '../dropoff.ts';
import { courierOf, customerOf, maySeeDropoff, mayRead } from '../ownership.ts';

export const Delivery: DeliveryResolvers = {
  __resolveReference: async ({ id }, { principal, loaders }) => {
    const delivery = await loaders.deliveryById.load(id);
    return delivery && mayRead(principal, delivery) ? delivery : null;
  },
  order: ({ orderId }) => ({ id: orderId }),
  store: ({ storeId }) => ({ id: storeId }),
  status: ({ status }) => status as DeliveryStatus,
  courier: ({ courierId }, _args, { loaders }) => (courierId ? loaders.courierById.load(courierId) : null),
  partnerCourier: async ({ id, partner, status, customerId }, _args, { principal, loaders }) => {
    if (!partner) return null;
    const job = await loaders.partnerJobOf.load(id);
    // A customer sees a courier only while the courier brings the food.
    const shown = status === 'PICKED_UP' || customerOf(principal) !== customerId;
    const { latitude, longitude, positionAt } = job ?? {};
    const position = shown && latitude != null && longitude != null ? { latitude, longitude } : null;
    return { partner: partner as DeliveryPartner, position, at: position ? positionAt!.toISOString() : null };
  },
  readyForPickup: ({ orderId }, _args, { loaders }) => loaders.orderReady.load(orderId),
  pickup: ({ pickupLatitude, pickupLongitude }) => ({ latitude: pickupLatitude, longitude: pickupLongitude }),
  dropoff: (delivery, _args, { domain, principal }) =>
    maySeeDropoff(principal, delivery) ? openDropoff(domain, delivery) : null,
  doorstep: (delivery, _args, { principal, loaders }) => {
    const isOwn = delivery.courierId !== null && courierOf(principal) === delivery.courierId;
    return isOwn && !hasEnded(delivery.status as DeliveryStatus) ? loaders.doorstepOf.load(delivery) : null;
  },
  promisedAt: ({ promisedAt }) => promisedAt.toISOString(),
  requestedAt: ({ requestedAt }) => requestedAt.toISOString(),
  assignedAt: ({ assignedAt }) => assignedAt?.toISOString() ?? null,
  pickedUpAt: ({ pickedUpAt }) => pickedUpAt?.toISOString() ?? null,
  endedAt: ({ endedAt }) => endedAt?.toISOString() ?? null,
};
