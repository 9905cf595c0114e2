import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import type { MenuDomain } from '../context.ts';
import type { Entry } from '../storeMenu.ts';
import { changeAvailability } from './changeAvailability.ts';

export type SetAvailabilityOutcome = { readonly kind: 'done'; readonly entry: Entry } | { readonly kind: 'notFound' };

const mayManage = (principal: Principal, storeId: string): boolean =>
  principal.scopes.has('admin') || principal.bindings['store'] === storeId;

/**
 * Takes an item off the menu of the caller's store, or puts it back. A store that is not the caller's gets the same
 * answer as one that does not exist.
 */
export async function setMenuItemAvailability(
  domain: MenuDomain,
  principal: Principal,
  input: { readonly storeId: string; readonly menuItemId: string; readonly available: boolean },
): Promise<SetAvailabilityOutcome> {
  const { storeId, menuItemId } = input;
  if (!mayManage(principal, storeId) || !isId(storeId) || !isId(menuItemId)) return { kind: 'notFound' };
  const entry = await domain.transaction((tx) =>
    changeAvailability(domain, tx, { storeId, menuItemId, reason: 'WITHDRAWN_BY_STAFF', holds: !input.available }),
  );
  return entry ? { kind: 'done', entry } : { kind: 'notFound' };
}
