import { isAdmin, type Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { storesWith } from '#schema/storesWith.ts';

/**
 * Whether the principal may read, or change, the stock of the store: those whose role for it is bound to the store, and
 * admins. A malformed id belongs to nobody.
 */
export const ownsStock = (principal: Principal, scope: 'stock:read' | 'stock:write', storeId: string): boolean =>
  isId(storeId) && (isAdmin(principal) || storesWith(principal, scope).includes(storeId));
