import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';

/**
 * Whether the principal may manage the store: staff whose token is bound to it, and admins. A malformed id belongs to
 * nobody.
 */
export const mayManage = (principal: Principal, storeId: string): boolean =>
  isId(storeId) && (principal.scopes.has('admin') || principal.bindings['store'] === storeId);
