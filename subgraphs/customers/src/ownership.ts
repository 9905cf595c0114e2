import { hasScope, isAdmin, subjectAs, type Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';

/** The customer who asks; undefined for devices, couriers, staff, services and nobody. */
export const customerOf = (principal: Principal): string | undefined => {
  const subject = subjectAs('customer', principal);
  return subject !== undefined && isId(subject) ? subject : undefined;
};

/** A customer is seen by themselves and by admins. */
export const mayRead = (principal: Principal, customerId: string): boolean =>
  isAdmin(principal) || (customerOf(principal) === customerId && hasScope(principal, 'profile:read'));
