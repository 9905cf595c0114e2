import { isAdmin, type Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { storesWith } from '#schema/storesWith.ts';

/**
 * Whether the principal may manage the store: those whose role is bound to it, and admins. A malformed id belongs to
 * nobody.
 */
export const mayManage = (principal: Principal, storeId: string): boolean =>
  isId(storeId) && (isAdmin(principal) || storesWith(principal, 'store:manage').includes(storeId));
