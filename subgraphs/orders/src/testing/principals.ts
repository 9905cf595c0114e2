import { roleScopes, type Role } from '#schema/scopes.ts';
import type { Grant, Principal } from '#platform/identity/principal.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { customerId, otherCustomerId, otherStoreId, storeId } from './otherDomains.ts';

/** What a token that names the role grants, bound to the store. */
export const grant = (role: Role, store?: string): Grant => ({
  role,
  scopes: new Set(roleScopes[role]),
  bindings: store ? { store } : {},
});

const user = (role: Role, subject: string, channel: string, store?: string): Principal => ({
  kind: 'user',
  subject,
  grants: [grant(role, store)],
  channel,
});

export const customer = user('customer', customerId, 'web');
export const otherCustomer = user('customer', otherCustomerId, 'web');
export const kiosk = user('kiosk', 'kiosk-1', 'kiosk', storeId);
export const kioskElsewhere = user('kiosk', 'kiosk-2', 'kiosk', otherStoreId);
export const kitchen = user('kitchen', 'cook-1', 'gateway', storeId);
export const kitchenElsewhere = user('kitchen', 'cook-2', 'gateway', otherStoreId);
export const manager = user('manager', 'boss-1', 'gateway', storeId);
export const managerElsewhere = user('manager', 'boss-2', 'gateway', otherStoreId);
export const courier = user('courier', seedId('courier', 1), 'delivery');
export const admin = user('admin', 'admin-1', 'gateway');
