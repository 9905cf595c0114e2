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

/** An order was accepted: checked and priced, not yet paid. */
export const OrderCreated = defineEvent({
  name: 'OrderCreated',
  domain: 'orders',
  version: '1.0',
  aggregate: (data) => `order:${data.orderId}`,
  feed: (data) => `store:${data.storeId}`,
  logged: ({ orderId, storeId, channel }) => ({ orderId, storeId, channel }),
  schema: z.object({
    orderId: id,
    /** Counts per store and local day, from 1. */
    orderNumber: z.int().positive(),
    storeId: id,
    /** Null at a kiosk. */
    customerId: id.nullable(),
    /** The channel or device it came through. */
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
        /** Of the line as sold: included in, or added to, the line total by the store's regime. */
        tax: minor,
        total: minor,
      }),
    ),
    subtotal: minor,
    deliveryFee: minor,
    tax: minor,
    taxInclusive: z.boolean(),
    /** What is charged. */
    total: minor,
    currency,
    exponent: z.int(),
    addressVersionId: id.nullable(),
    placedAt: instant,
    promisedAt: instant.nullable(),
  }),
});

/** An order moved on. The first one leaves PLACED. */
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
    /** A code of the catalogue in the orders subgraph's schema; null when things go well. */
    reason: z.string().nullable(),
    /** What is charged, so that reactions need no second look. */
    total: minor,
    currency,
    exponent: z.int(),
    at: instant,
  }),
});

/**
 * The counter gave the food to the guest. No status of its own: the order completes once its payment is captured, too.
 * Logs have old ones that are in no feed.
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
