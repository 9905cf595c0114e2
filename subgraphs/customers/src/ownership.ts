import { hasScope, type Principal } from '#platform/identity/principal.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a text can be an id at all: what cannot is looked up nowhere, and found by nobody. */
export const isId = (text: string): boolean => uuid.test(text);

/** The customer who asks; undefined for devices, couriers, staff, services and nobody. */
export const customerOf = (principal: Principal): string | undefined =>
  principal.kind === 'user' && principal.roles.includes('customer') && isId(principal.subject) ? principal.subject : undefined;

/** A customer is seen by themselves and by admins. */
export const mayRead = (principal: Principal, customerId: string): boolean =>
  principal.scopes.has('admin') || (customerOf(principal) === customerId && hasScope(principal, 'profile:read'));
