import { hasScope, type Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import type { DeliveryRow } from './context.ts';

const userIn =
  (role: string) =>
  (principal: Principal): string | undefined =>
    principal.kind === 'user' && principal.roles.includes(role) && isId(principal.subject)
      ? principal.subject
      : undefined;

/** The courier who asks; undefined for everybody else. */
export const courierOf = userIn('courier');
/** The customer who asks; undefined for everybody else. */
export const customerOf = userIn('customer');
/** The store whose deliveries its staff may follow; undefined for everybody else. */
export const storeOf = (principal: Principal): string | undefined => {
  const store = principal.bindings['store'];
  return store !== undefined && isId(store) && hasScope(principal, 'delivery:read') ? store : undefined;
};

export const isAdmin = (principal: Principal): boolean => principal.scopes.has('admin');

type Owned = Pick<DeliveryRow, 'customerId' | 'courierId' | 'storeId' | 'status'>;

/**
 * Whose delivery it is: its customer's, its courier's, any courier's while it is open, its store's staff's, an admin's.
 */
export function mayRead(principal: Principal, delivery: Owned): boolean {
  if (isAdmin(principal) || customerOf(principal) === delivery.customerId || storeOf(principal) === delivery.storeId)
    return true;
  const courierId = courierOf(principal);
  return courierId !== undefined && (delivery.courierId === courierId || delivery.status === 'REQUESTED');
}

/** Who may know the door: whose it is, and who goes there. */
export const mayKnowDoor = (principal: Principal, delivery: Owned): boolean =>
  isAdmin(principal) ||
  customerOf(principal) === delivery.customerId ||
  (delivery.courierId !== null && courierOf(principal) === delivery.courierId);
