import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { currency, id, instant, minor } from './fields.ts';

const aggregate = (data: { marketplaceOrderId: string }) => `marketplaceOrder:${data.marketplaceOrderId}`;
const logged = ({ marketplaceOrderId }: { marketplaceOrderId: string }) => ({ marketplaceOrderId });

export const marketplaceOrderStatus = z.enum(['PLACED', 'OFFERED', 'ACCEPTED', 'FULFILLED', 'DECLINED', 'CANCELLED']);

/** A customer ordered from a vendor. The saga that hears of it takes the money and tells the vendor. */
export const MarketplaceOrderPlaced = defineEvent({
  name: 'MarketplaceOrderPlaced',
  domain: 'marketplace',
  version: '1.0',
  aggregate,
  logged,
  schema: z.object({
    marketplaceOrderId: id,
    vendorId: id,
    customerId: id,
    storeId: id,
    lines: z.array(z.object({ itemId: id, quantity: z.int(), total: minor })),
    total: minor,
    currency,
    exponent: z.int(),
    at: instant,
  }),
});

/** An order of a vendor's items has come further. */
export const MarketplaceOrderChanged = defineEvent({
  name: 'MarketplaceOrderChanged',
  domain: 'marketplace',
  version: '1.0',
  aggregate,
  logged,
  schema: z.object({
    marketplaceOrderId: id,
    vendorId: id,
    customerId: id,
    from: marketplaceOrderStatus,
    to: marketplaceOrderStatus,
    /** A code that says why, such as `VENDOR_SILENT`; null where there is nothing to say. */
    reason: z.string().nullable(),
    at: instant,
  }),
});

/**
 * The price of an order was split, or a part of it was paid back. The parts sum to the amount. What is paid back is
 * taken from each part in proportion.
 */
export const MarketplaceMoneyMoved = defineEvent({
  name: 'MarketplaceMoneyMoved',
  domain: 'marketplace',
  version: '1.0',
  aggregate,
  logged,
  schema: z.object({
    marketplaceOrderId: id,
    vendorId: id,
    customerId: id,
    what: z.enum(['SPLIT', 'REFUNDED']),
    amount: minor,
    vendorShare: minor,
    fee: minor,
    tax: minor,
    currency,
    exponent: z.int(),
    at: instant,
  }),
});

/** A vendor was paid, or the payment provider refused to pay them. */
export const MarketplacePayoutSettled = defineEvent({
  name: 'MarketplacePayoutSettled',
  domain: 'marketplace',
  version: '1.0',
  aggregate: (data) => `vendor:${data.vendorId}`,
  logged: ({ vendorId, payoutId }) => ({ vendorId, payoutId }),
  schema: z.object({
    vendorId: id,
    payoutId: id,
    outcome: z.enum(['PAID', 'REFUSED']),
    amount: minor,
    currency,
    exponent: z.int(),
    /** The provider's code when it refused; null when it paid. */
    reason: z.string().nullable(),
    at: instant,
  }),
});
