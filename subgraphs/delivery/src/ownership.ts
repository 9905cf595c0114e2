import { idAs, isAdmin, type Principal } from '#platform/identity/principal.ts';
import { storesWith } from '#schema/storesWith.ts';
import type { DeliveryRow } from './context.ts';

/** The id of the calling courier; undefined for everybody else. */
export const courierOf = (principal: Principal): string | undefined => idAs('courier', principal);
/** The id of the calling customer; undefined for everybody else. */
export const customerOf = (principal: Principal): string | undefined => idAs('customer', principal);
/** The stores whose deliveries the calling member of staff may follow; none for everybody else. */
export const storesOf = (principal: Principal): string[] => storesWith(principal, 'delivery:read');

/** Whether the principal manages the store. */
export const canManage = (principal: Principal, storeId: string): boolean =>
  isAdmin(principal) || storesWith(principal, 'store:manage').includes(storeId);

type Owned = Pick<DeliveryRow, 'customerId' | 'courierId' | 'storeId' | 'status' | 'offeredTo'>;

/** Whether any courier of our own may take the delivery. */
const isOpen = ({ status, offeredTo }: Owned): boolean => status === 'REQUESTED' && offeredTo === 'OWN_COURIERS';

/**
 * Whether the principal may see the delivery: its customer, its courier, any courier while it is open, staff of its
 * store, and admins.
 */
export function mayRead(principal: Principal, delivery: Owned): boolean {
  if (isAdmin(principal) || customerOf(principal) === delivery.customerId) return true;
  if (storesOf(principal).includes(delivery.storeId)) return true;
  const courierId = courierOf(principal);
  return courierId !== undefined && (delivery.courierId === courierId || isOpen(delivery));
}

/** Whether the principal may see the position of the door: the customer, the courier who goes there, and admins. */
export const maySeeDropoff = (principal: Principal, delivery: Owned): boolean =>
  isAdmin(principal) ||
  customerOf(principal) === delivery.customerId ||
  (delivery.courierId !== null && courierOf(principal) === delivery.courierId);
