import { isAdmin, type Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import { storesWith } from '#schema/storesWith.ts';
import type { MenuDomain } from '../context.ts';
import { loadStoreMenus } from '../loadStoreMenus.ts';
import { entryOf, type Entry } from '../storeMenu.ts';
import { changeAvailability } from './changeAvailability.ts';

export type SetAvailabilityOutcome = { readonly kind: 'done'; readonly entry: Entry } | { readonly kind: 'notFound' };

const mayManage = (principal: Principal, storeId: string): boolean =>
  isAdmin(principal) || storesWith(principal, 'store:manage').includes(storeId);

/**
 * Takes an item off the menu of the caller's store, or puts it back. A store that is not the caller's gets the same
 * answer as one that does not exist.
 */
export async function setMenuItemAvailability(
  domain: MenuDomain,
  principal: Principal,
  input: {
    readonly storeId: string;
    readonly menuItemId: string;
    readonly available: boolean;
    /** Left out or null by who never sends the request again. */
    readonly idempotencyKey?: string | null | undefined;
  },
): Promise<SetAvailabilityOutcome> {
  const { idempotencyKey, ...body } = input;
  const key = idempotencyKey ?? null;
  const { storeId, menuItemId, available } = body;
  if (!mayManage(principal, storeId) || !isId(storeId) || !isId(menuItemId)) return { kind: 'notFound' };
  const entry = await domain.transaction(async (tx) => {
    const now = domain.clock();
    const change = async () =>
      (await changeAvailability(domain, tx, {
        storeId,
        menuItemId,
        reason: 'WITHDRAWN_BY_STAFF',
        holds: !available,
      })) !== null;
    const request = { principal, mutation: 'setMenuItemAvailability', body, now };
    const sold = await (key === null ? change() : idempotent(tx, { ...request, key }, change));
    return sold ? entryNow(domain, tx, storeId, menuItemId) : null;
  });
  return entry ? { kind: 'done', entry } : { kind: 'notFound' };
}

/** The entry as it is now: after a request that was sent again, somebody else may have changed it. */
async function entryNow(domain: MenuDomain, tx: SqlTx, storeId: string, menuItemId: string): Promise<Entry | null> {
  const store = (await loadStoreMenus(domain, tx, [storeId])).get(storeId);
  const item = store?.catalogue.items.get(menuItemId);
  return store && item ? entryOf(store, item, domain.clock()) : null;
}
