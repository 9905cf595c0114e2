import { hasScope, idAs, isAdmin, type Principal } from '#platform/identity/principal.ts';

/** The customer who asks; undefined for devices, couriers, staff, services and nobody. */
export const customerOf = (principal: Principal): string | undefined => idAs('customer', principal);

/** A customer is seen by themselves and by admins. */
export const mayRead = (principal: Principal, customerId: string): boolean =>
  isAdmin(principal) || (customerOf(principal) === customerId && hasScope(principal, 'profile:read'));
