import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';

/** Whose store it is: its bound staff's, and an admin's. An id that is none is nobody's. */
export const mayManage = (principal: Principal, storeId: string): boolean =>
  isId(storeId) && (principal.scopes.has('admin') || principal.bindings['store'] === storeId);
