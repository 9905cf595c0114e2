import { isId } from '#platform/domain/id.ts';
import { sqlTx } from '#platform/events/sqlTx.ts';
import type { MenuDomain } from './context.ts';
import { loadStoreMenus } from './loadStoreMenus.ts';
import { entryOf, itemsWithPriceBoundary, type Entry, type StoreMenu } from './storeMenu.ts';
import { encodeSyncCursor, type SyncCursor } from './syncCursor.ts';

export interface ChangesRequest {
  readonly storeId: string;
  /** Undefined for a first load. */
  readonly since: SyncCursor | undefined;
  readonly limit: number;
}

export interface Changes {
  readonly reset: boolean;
  readonly changed: readonly Entry[];
  readonly removedItemIds: readonly string[];
  readonly next: string;
  readonly hasMore: boolean;
}

/** An item and the version of its last change that can be seen at a store. */
export interface ItemChange {
  readonly itemId: string;
  readonly version: number;
}

/**
 * Makes one page: first the items one of whose prices began or ended since the device last asked, by id; then the
 * changed items, by version.
 * @param changes the changes above the cursor's version, in order; one more than `limit` when there are that many
 * @param store read at the same moment as `changes` or later, so that no change between the two is lost
 */
export function changesPage(
  store: StoreMenu,
  from: SyncCursor,
  reset: boolean,
  changes: readonly ItemChange[],
  now: Date,
  limit: number,
): Changes {
  const to = from.to ?? now.getTime();
  const repriced = itemsWithPriceBoundary(store, new Date(from.at), new Date(to))
    .map((item) => item.id)
    .filter((id) => from.afterItem === undefined || id > from.afterItem);
  const first = repriced.slice(0, limit);
  const taken = changes.slice(0, limit - first.length);
  const next: SyncCursor =
    repriced.length > limit
      ? { ...from, to, afterItem: first.at(-1)! }
      : { epoch: from.epoch, version: taken.at(-1)?.version ?? from.version, at: to };
  const ids = [...new Set([...first, ...taken.map((change) => change.itemId)])];
  const changed = ids.flatMap((id) => {
    const item = store.catalogue.items.get(id);
    return (item && entryOf(store, item, now)) ?? [];
  });
  const sold = new Set(changed.map((entry) => entry.item.id));
  return {
    reset,
    changed,
    removedItemIds: ids.filter((id) => !sold.has(id)),
    next: encodeSyncCursor(next),
    hasMore: repriced.length > limit || changes.length > taken.length,
  };
}

interface Row {
  readonly ordinal: number;
  readonly epoch: string;
  readonly head: number;
  readonly item_id: string | null;
  readonly version: number | null;
}

/**
 * One statement for all requests. A cursor counts from 0 when it does not belong to this history of the database:
 * when its epoch is another one, or its version is beyond the last. The latter happens when the database was restored
 * to an older state.
 */
const statement = `
  SELECT asked.ordinality::int AS ordinal, e.id AS epoch, v.version AS head, c.item_id::text, c.version
  FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[]) WITH ORDINALITY AS asked (store_id, epoch, since, wanted, ordinality)
  CROSS JOIN menu_version v CROSS JOIN platform.epoch e
  JOIN store_price_list s ON s.store_id = asked.store_id
  JOIN price_list l ON l.id = s.price_list_id
  LEFT JOIN LATERAL (
    SELECT m.item_id, max(m.version) AS version FROM menu_change m
    WHERE m.scope IN ('*', 'country:' || l.country, 'store:' || s.store_id)
      AND m.version > CASE WHEN asked.epoch = e.id AND asked.since <= v.version THEN asked.since ELSE 0 END
    GROUP BY m.item_id ORDER BY max(m.version) LIMIT asked.wanted + 1
  ) c ON true
  ORDER BY asked.ordinality, c.version`;

/**
 * What changed at each store since its cursor. Null for stores without a price list. It takes two statements for any
 * number of stores.
 */
export async function menuChanges(
  domain: MenuDomain,
  requests: readonly ChangesRequest[],
): Promise<(Changes | null)[]> {
  const sql = sqlTx(domain.pool);
  const asked = requests.map((request) => (isId(request.storeId) ? request : undefined));
  const rows = await sql.$queryRawUnsafe<Row[]>(
    statement,
    asked.map((request) => request?.storeId ?? null),
    asked.map((request) => request?.since?.epoch ?? ''),
    asked.map((request) => request?.since?.version ?? 0),
    asked.map((request) => request?.limit ?? 0),
  );
  const stores = await loadStoreMenus(
    domain,
    sql,
    requests.map((request) => request.storeId),
  );
  const now = domain.clock();
  return requests.map((request, index) => {
    const own = rows.filter((row) => row.ordinal === index + 1);
    const store = stores.get(request.storeId);
    if (!store || !own[0]) return null;
    const known =
      request.since && request.since.epoch === own[0].epoch && request.since.version <= own[0].head
        ? request.since
        : undefined;
    const changes = own.flatMap((row) =>
      row.item_id !== null && row.version !== null ? [{ itemId: row.item_id, version: row.version }] : [],
    );
    return changesPage(
      store,
      known ?? { epoch: own[0].epoch, version: 0, at: now.getTime() },
      known === undefined,
      changes,
      now,
      request.limit,
    );
  });
}
