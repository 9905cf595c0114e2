import { hasScope, type Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';

/** The customer who asks; undefined for devices, couriers, staff, services and nobody. */
export const customerOf = (principal: Principal): string | undefined =>
  principal.kind === 'user' && principal.roles.includes('customer') && isId(principal.subject)
    ? principal.subject
    : undefined;

/** A customer is seen by themselves and by admins. */
export const mayRead = (principal: Principal, customerId: string): boolean =>
  principal.scopes.has('admin') || (customerOf(principal) === customerId && hasScope(principal, 'profile:read'));
