import { grantsWith, type Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { storeRoles, type Scope } from './scopes.ts';

/**
 * The stores in which the principal may do what the scope says: those that its roles with this scope are bound to. A
 * store to which another of its roles is bound is not among them. Admins are bound to no store: ask `isAdmin` first.
 */
export const storesWith = (principal: Principal, scope: Scope): string[] =>
  grantsWith(principal, scope).flatMap(({ role, bindings: { store } }) =>
    store !== undefined && isId(store) && (storeRoles as readonly string[]).includes(role) ? [store] : [],
  );
