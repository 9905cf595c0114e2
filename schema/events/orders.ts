import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { currency, id, instant, localized, minor, service } from './fields.ts';

export const orderStatus = z.enum([
  'PLACED',
  'CONFIRMED',
  'PREPARING',
  'READY',
  'OUT_FOR_DELIVERY',
  'COMPLETED',
  'CANCELLED',
  'REJECTED',
]);

/** An order was accepted: it was checked and priced, but its payment is not yet authorised. */
export const OrderCreated = defineEvent({
  name: 'OrderCreated',
  domain: 'orders',
  version: '1.0',
  aggregate: (data) => `order:${data.orderId}`,
  feed: (data) => `store:${data.storeId}`,
  logged: ({ orderId, storeId, channel }) => ({ orderId, storeId, channel }),
  schema: z.object({
    orderId: id,
    /** The number of the order, from 1 on each local day of the store. */
    orderNumber: z.int().positive(),
    storeId: id,
    /** Null for a guest at a kiosk or at the counter. */
    customerId: id.nullable(),
    /** The channel through which the order was placed. */
    channel: z.string(),
    service,
    lines: z.array(
      z.object({
        lineId: id,
        menuItemId: id,
        name: localized,
        quantity: z.int().positive(),
        sizeId: id.nullable(),
        modifiers: z.array(z.object({ modifierId: id, quantity: z.int().positive() })),
        slots: z.array(z.object({ slotId: id, menuItemId: id })),
        componentItemIds: z.array(id),
        taxClass: z.string(),
        unitPrice: minor,
        /** Tax on the line: contained in its total or added to it, by the store's tax regime. */
        tax: minor,
        total: minor,
      }),
    ),
    subtotal: minor,
    deliveryFee: minor,
    tax: minor,
    taxInclusive: z.boolean(),
    /** The amount that the guest is charged. */
    total: minor,
    currency,
    exponent: z.int(),
    addressVersionId: id.nullable(),
    placedAt: instant,
    promisedAt: instant.nullable(),
  }),
});

/** An order came to another status. The first of these events leads out of PLACED. */
export const OrderStatusChanged = defineEvent({
  name: 'OrderStatusChanged',
  domain: 'orders',
  version: '1.0',
  aggregate: (data) => `order:${data.orderId}`,
  feed: (data) => `store:${data.storeId}`,
  logged: ({ orderId, from, to, reason }) => ({ orderId, from, to, reason }),
  schema: z.object({
    orderId: id,
    orderNumber: z.int().positive(),
    storeId: id,
    customerId: id.nullable(),
    service,
    from: orderStatus,
    to: orderStatus,
    /**
     * Why the order was cancelled or rejected: a value of `OrderReason` in the schema of orders. Null for every other
     * status.
     */
    reason: z.string().nullable(),
    /** The amount that the guest is charged, so that consumers need not ask for it. */
    total: minor,
    currency,
    exponent: z.int(),
    at: instant,
  }),
});

/**
 * The counter handed the food to the guest. It does not change the status: the order is completed once its payment is
 * captured as well. Event logs contain old ones that belong to no feed.
 */
export const OrderHandedOver = defineEvent({
  name: 'OrderHandedOver',
  domain: 'orders',
  version: '1.0',
  aggregate: (data) => `order:${data.orderId}`,
  feed: (data) => `store:${data.storeId}`,
  logged: ({ orderId }) => ({ orderId }),
  schema: z.object({ orderId: id, storeId: id, at: instant }),
});
