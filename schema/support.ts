import type { Scope } from './scopes.ts';

/**
 * What a person of support may do in a customer's name. It is a part of what the customer may do themselves: to see how
 * an order, its delivery and its payment stand, and to cancel it. Not in it: the profile and addresses, consents, the
 * erasure, placing orders, memberships, and whatever costs money.
 */
const supportScopes = [
  'catalog:read',
  'orders:read',
  'orders:cancel',
  'delivery:read',
  'loyalty:read',
  'payments:read',
] as const satisfies readonly Scope[];

/** The mutations among it. Every domain refuses all others to who acts for a customer, whatever their scopes. */
export const supportMutations: ReadonlySet<string> = new Set(['cancelOrder', 'cancelMarketplaceOrder']);

/** How long a session lasts. Another one is begun, and recorded, for more. */
export const supportSessionSeconds = 900;

/** By which the channel of staff lets people of support act for customers. */
export const supportActing = {
  issuingChannel: 'staff',
  role: 'customer',
  scopes: supportScopes,
  seconds: supportSessionSeconds,
} as const;

/** The channels on which support may act for customers. */
export const supportChannels = ['web', 'mobile'] as const;
