import { hasScope, type Principal } from '#platform/identity/principal.ts';

/** The columns of a payment that say to whom it belongs. */
interface Owned {
  readonly customerId: string | null;
  readonly storeId: string;
}

/** Whether the principal may see a payment: the customer who pays, kiosks and staff of the store, and admins. */
export const maySee = (principal: Principal, { customerId, storeId }: Owned): boolean =>
  hasScope(principal, 'admin') ||
  principal.bindings['store'] === storeId ||
  (principal.kind === 'user' && customerId !== null && customerId === principal.subject);

/**
 * Whether the principal may manage the payments of a store: staff of the store, and admins. The scope of the field is
 * checked before.
 */
export const mayManage = (principal: Principal, storeId: string): boolean =>
  hasScope(principal, 'admin') || principal.bindings['store'] === storeId;
