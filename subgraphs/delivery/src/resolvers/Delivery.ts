import type { DeliveryResolvers, DeliveryStatus } from '#generated/delivery/resolvers.ts';
import { hasEnded } from '../delivery.ts';
import { openDropoff } from '../dropoff.ts';
import { courierOf, maySeeDropoff, mayRead } from '../ownership.ts';

export const Delivery: DeliveryResolvers = {
  __resolveReference: async ({ id }, { principal, loaders }) => {
    const delivery = await loaders.deliveryById.load(id);
    return delivery && mayRead(principal, delivery) ? delivery : null;
  },
  order: ({ orderId }) => ({ id: orderId }),
  store: ({ storeId }) => ({ id: storeId }),
  status: ({ status }) => status as DeliveryStatus,
  courier: ({ courierId }, _args, { loaders }) => (courierId ? loaders.courierById.load(courierId) : null),
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
