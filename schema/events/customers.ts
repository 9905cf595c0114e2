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

/** An address got a new immutable version (its first one, or a correction). */
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

/** The key of the customer's personal data is destroyed: forget what you copied. The id stays, for what it bought. */
export const CustomerErased = defineEvent({
  name: 'CustomerErased',
  domain: 'customers',
  version: '1.0',
  aggregate: (data) => `customer:${data.customerId}`,
  schema: z.object({ customerId: id, at: instant }),
});

/**
 * Tokens of a subject (a customer, a device, staff) that were issued up to `before` are good no more: whoever lets
 * clients in ends what they have open.
 */
export const CustomerAccessRevoked = defineEvent({
  name: 'CustomerAccessRevoked',
  domain: 'customers',
  version: '1.0',
  aggregate: (data) => `access:${data.subject}`,
  schema: z.object({ subject: z.string().min(1).max(255), before: instant }),
});
