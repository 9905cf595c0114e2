import { isAdmin, subjectAs, type Principal } from '#platform/identity/principal.ts';
import { storesWith } from '#schema/storesWith.ts';

/** The columns of a payment that say to whom it belongs. */
interface Owned {
  readonly customerId: string | null;
  readonly storeId: string;
}

/** Whether the principal may see a payment: the customer who pays, kiosks and managers of the store, and admins. */
export const maySee = (principal: Principal, { customerId, storeId }: Owned): boolean =>
  isAdmin(principal) ||
  storesWith(principal, 'payments:read').includes(storeId) ||
  (customerId !== null && customerId === subjectAs('customer', principal));

/**
 * Whether the principal may manage the payments of a store: those whose role for it is bound to the store, and admins.
 */
export const mayManage = (principal: Principal, storeId: string): boolean =>
  isAdmin(principal) || storesWith(principal, 'payments:manage').includes(storeId);

/**
 * Whether the principal, who may see a payment, is the one to confirm it: the customer who pays, or the kiosk where a
 * guest does who has not signed in.
 */
export const mayConfirm = (principal: Principal, { customerId, storeId }: Owned): boolean =>
  customerId === null ? !mayManage(principal, storeId) : customerId === subjectAs('customer', principal);
