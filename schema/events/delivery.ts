import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { id, instant } from './fields.ts';

export const deliveryStatus = z.enum(['REQUESTED', 'ASSIGNED', 'PICKED_UP', 'DELIVERED', 'FAILED', 'CANCELLED']);

/** A delivery was asked for, or moved on. `from` is null for the first. */
export const DeliveryStatusChanged = defineEvent({
  name: 'DeliveryStatusChanged',
  domain: 'delivery',
  version: '1.0',
  aggregate: (data) => `delivery:${data.deliveryId}`,
  feed: (data) => `store:${data.storeId}`,
  logged: ({ orderId, deliveryId, from, to, reason }) => ({ orderId, deliveryId, from, to, reason }),
  schema: z.object({
    deliveryId: id,
    orderId: id,
    storeId: id,
    customerId: id,
    courierId: id.nullable(),
    from: deliveryStatus.nullable(),
    to: deliveryStatus,
    reason: z.string().nullable(),
    at: instant,
  }),
});

/** A courier is somewhere else. Coalesced: at most one a second and courier, the latest wins. */
export const DeliveryCourierMoved = defineEvent({
  name: 'DeliveryCourierMoved',
  domain: 'delivery',
  version: '1.0',
  aggregate: (data) => `courier:${data.courierId}`,
  feed: (data) => `courier:${data.courierId}`,
  schema: z.object({ courierId: id, latitude: z.number(), longitude: z.number(), at: instant }),
});

/**
 * The jobs of a courier are others now: one was taken, moved on, or ended. For who follows a courier; the delivery
 * itself tells by DeliveryStatusChanged.
 */
export const DeliveryJobChanged = defineEvent({
  name: 'DeliveryJobChanged',
  domain: 'delivery',
  version: '1.0',
  aggregate: (data) => `jobs:${data.courierId}`,
  feed: (data) => `courier:${data.courierId}`,
  schema: z.object({ courierId: id, deliveryId: id, status: deliveryStatus, at: instant }),
});
