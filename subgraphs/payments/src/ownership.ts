import { hasScope, type Principal } from '#platform/identity/principal.ts';

/** Who a payment belongs to, as the payment itself says. */
interface Owned {
  readonly customerId: string | null;
  readonly storeId: string;
}

/** The guest who pays, devices and staff of the store, and whoever acts on every store. */
export const maySee = (principal: Principal, { customerId, storeId }: Owned): boolean =>
  hasScope(principal, 'admin') ||
  principal.bindings['store'] === storeId ||
  (principal.kind === 'user' && customerId !== null && customerId === principal.subject);

/** Staff of the store, and whoever acts on every store. The scope that a field asks for is checked before. */
export const mayManage = (principal: Principal, storeId: string): boolean =>
  hasScope(principal, 'admin') || principal.bindings['store'] === storeId;
