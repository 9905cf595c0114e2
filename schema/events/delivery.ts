import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { id, instant } from './fields.ts';

export const deliveryStatus = z.enum(['REQUESTED', 'ASSIGNED', 'PICKED_UP', 'DELIVERED', 'FAILED', 'CANCELLED']);

/** A delivery was created, or came to another status. `from` is null when it was created. */
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

/**
 * A courier has another position. Positions are coalesced: at most one event a second for each courier, always with
 * the latest position.
 */
export const DeliveryCourierMoved = defineEvent({
  name: 'DeliveryCourierMoved',
  domain: 'delivery',
  version: '1.0',
  aggregate: (data) => `courier:${data.courierId}`,
  feed: (data) => `courier:${data.courierId}`,
  schema: z.object({ courierId: id, latitude: z.number(), longitude: z.number(), at: instant }),
});

/**
 * The jobs of a courier changed: one was taken, came to another status, or ended. It is for streams that follow a
 * courier; DeliveryStatusChanged tells the same of the delivery.
 */
export const DeliveryJobChanged = defineEvent({
  name: 'DeliveryJobChanged',
  domain: 'delivery',
  version: '1.0',
  aggregate: (data) => `jobs:${data.courierId}`,
  feed: (data) => `courier:${data.courierId}`,
  schema: z.object({ courierId: id, deliveryId: id, status: deliveryStatus, at: instant }),
});

/** A courier was signed up, changed, or works for the chain no longer, or again. */
export const DeliveryCourierChanged = defineEvent({
  name: 'DeliveryCourierChanged',
  domain: 'delivery',
  version: '1.0',
  aggregate: (data) => `courierRecord:${data.courierId}`,
  schema: z.object({
    courierId: id,
    kind: z.enum(['CREATED', 'CHANGED', 'DEACTIVATED', 'REACTIVATED']),
    at: instant,
  }),
});

/** A store delivers farther or less far than before, or for other fees. */
export const DeliveryTermsChanged = defineEvent({
  name: 'DeliveryTermsChanged',
  domain: 'delivery',
  version: '1.0',
  aggregate: (data) => `terms:${data.storeId}`,
  schema: z.object({ storeId: id, at: instant }),
});
