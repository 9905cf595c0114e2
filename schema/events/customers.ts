import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { id, instant } from './fields.ts';

/** A customer signed up. */
export const CustomerRegistered = defineEvent({
  name: 'CustomerRegistered',
  domain: 'customers',
  version: '1.0',
  aggregate: (data) => `customer:${data.customerId}`,
  schema: z.object({ customerId: id, at: instant }),
});

/** Fields of a profile changed: their names, never their values. */
export const CustomerProfileChanged = defineEvent({
  name: 'CustomerProfileChanged',
  domain: 'customers',
  version: '1.0',
  aggregate: (data) => `customer:${data.customerId}`,
  schema: z.object({ customerId: id, fields: z.array(z.string()), at: instant }),
});

/** An address got a new, immutable version: its first one, or a change of it. */
export const CustomerAddressVersioned = defineEvent({
  name: 'CustomerAddressVersioned',
  domain: 'customers',
  version: '1.0',
  aggregate: (data) => `customer:${data.customerId}`,
  schema: z.object({ customerId: id, addressId: id, addressVersionId: id, at: instant }),
});

/** The customer gave or withdrew a consent. */
export const CustomerConsentChanged = defineEvent({
  name: 'CustomerConsentChanged',
  domain: 'customers',
  version: '1.0',
  aggregate: (data) => `customer:${data.customerId}`,
  schema: z.object({ customerId: id, purpose: z.string(), granted: z.boolean(), at: instant }),
});

/**
 * The customer was erased: the key of their personal data is destroyed. Consumers delete their copies of personal
 * data. The id stays, for the orders of the customer.
 */
export const CustomerErased = defineEvent({
  name: 'CustomerErased',
  domain: 'customers',
  version: '1.0',
  aggregate: (data) => `customer:${data.customerId}`,
  schema: z.object({ customerId: id, at: instant }),
});

/**
 * The tokens of a subject (a customer, a device, a member of staff) that were issued up to `before` are revoked.
 * Gateways and channels close what the subject has open.
 */
export const CustomerAccessRevoked = defineEvent({
  name: 'CustomerAccessRevoked',
  domain: 'customers',
  version: '1.0',
  aggregate: (data) => `access:${data.subject}`,
  schema: z.object({ subject: z.string().min(1).max(255), before: instant }),
});

/**
 * Support asked that a customer be sent the receipt of an order again. Whoever sends it checks that the order is that
 * customer's.
 */
export const CustomerReceiptRequested = defineEvent({
  name: 'CustomerReceiptRequested',
  domain: 'customers',
  version: '1.0',
  aggregate: (data) => `customer:${data.customerId}`,
  schema: z.object({ customerId: id, orderId: id, at: instant }),
});
