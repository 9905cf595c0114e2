import { hasScope, type Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import type { DeliveryRow } from './context.ts';

const userIn =
  (role: string) =>
  (principal: Principal): string | undefined =>
    principal.kind === 'user' && principal.roles.includes(role) && isId(principal.subject)
      ? principal.subject
      : undefined;

/** The id of the calling courier; undefined for everybody else. */
export const courierOf = userIn('courier');
/** The id of the calling customer; undefined for everybody else. */
export const customerOf = userIn('customer');
/** The store whose deliveries the calling member of staff may follow; undefined for everybody else. */
export const storeOf = (principal: Principal): string | undefined => {
  const store = principal.bindings['store'];
  return store !== undefined && isId(store) && hasScope(principal, 'delivery:read') ? store : undefined;
};

export const isAdmin = (principal: Principal): boolean => principal.scopes.has('admin');

type Owned = Pick<DeliveryRow, 'customerId' | 'courierId' | 'storeId' | 'status'>;

/**
 * Whether the principal may see the delivery: its customer, its courier, any courier while it is open, staff of its
 * store, and admins.
 */
export function mayRead(principal: Principal, delivery: Owned): boolean {
  if (isAdmin(principal) || customerOf(principal) === delivery.customerId || storeOf(principal) === delivery.storeId)
    return true;
  const courierId = courierOf(principal);
  return courierId !== undefined && (delivery.courierId === courierId || delivery.status === 'REQUESTED');
}

/** Whether the principal may see the position of the door: the customer, the courier who goes there, and admins. */
export const maySeeDropoff = (principal: Principal, delivery: Owned): boolean =>
  isAdmin(principal) ||
  customerOf(principal) === delivery.customerId ||
  (delivery.courierId !== null && courierOf(principal) === delivery.courierId);
