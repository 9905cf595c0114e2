import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';

/**
 * Whether the store's stock is the principal's: staff whose token is bound to the store, and admins. A malformed id
 * belongs to nobody.
 */
export const ownsStore = (principal: Principal, storeId: string): boolean =>
  isId(storeId) && (principal.scopes.has('admin') || principal.bindings['store'] === storeId);
