import type { Principal } from '#platform/identity/principal.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whose store it is: its bound staff's, and an admin's. An id that is none is nobody's. */
export const mayManage = (principal: Principal, storeId: string): boolean =>
  uuid.test(storeId) && (principal.scopes.has('admin') || principal.bindings['store'] === storeId);
