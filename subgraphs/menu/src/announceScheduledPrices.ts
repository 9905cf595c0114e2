import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { pause } from '#platform/events/pause.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import { MenuItemAvailabilityChanged, MenuItemChanged } from '#schema/events/menu.ts';
import { oneOfEach } from './availabilityEvents.ts';
import { lockMenu } from './changes.ts';
import type { MenuDomain } from './context.ts';
import { menusOfStores } from './loadStoreMenus.ts';
import { itemsSoldSometimes, notOrderableReason, priceBoundaries, type StoreMenu } from './storeMenu.ts';

const intervalMs = 5_000;
/**
 * How far apart the clocks of processes may be. A price is announced only this much after it began: whoever reads the
 * menu because of the event must find it valid by their own clock.
 */
const clockToleranceMs = 2_000;

/**
 * The instant up to which prices have been announced, if any have begun or ended since then and up to `upTo`;
 * undefined when none have.
 */
async function announcedUpTo(sql: SqlTx, upTo: Date): Promise<Date | undefined> {
  const [row] = await sql.$queryRawUnsafe<{ since: number }[]>(
    `SELECT (extract(epoch FROM v.prices_told) * 1000)::float8 AS since FROM menu_version v
     WHERE EXISTS (SELECT FROM price p WHERE p.valid_from > v.prices_told AND p.valid_from <= $1::timestamptz)
        OR EXISTS (SELECT FROM price p WHERE p.valid_until > v.prices_told AND p.valid_until <= $1::timestamptz)`,
    upTo.toISOString(),
  );
  return row && new Date(row.since);
}

/** The items that have had another price since something was told of them last. */
async function itemsToTell(tx: SqlTx, menus: readonly StoreMenu[], since: Date, upTo: Date): Promise<string[]> {
  const last = new Map<string, number>();
  for (const store of menus)
    for (const [{ id }, at] of priceBoundaries(store, since, upTo)) last.set(id, Math.max(last.get(id) ?? 0, at));
  const told = await tx.$queryRawUnsafe<{ id: string; at: number }[]>(
    `SELECT data ->> 'menuItemId' AS id, (extract(epoch FROM max((data ->> 'at')::timestamptz)) * 1000)::float8 AS at
     FROM platform.event WHERE type = $1 AND stream = ANY ($2::text[]) GROUP BY 1`,
    MenuItemChanged.name,
    [...last.keys()].map((id) => `item:${id}`),
  );
  // A price that held from the moment when it was set was told of then.
  for (const { id, at } of told) if (at >= last.get(id)!) last.delete(id);
  return [...last.keys()].sort();
}

/**
 * Appends an event for each item whose price began or ended since the last run, as it was scheduled, and one to the
 * feed of a store for each item that the store thereby begins or stops selling. It looks at prices alone. When
 * something else happened to the item in the meantime, the command that did it has already announced what it made
 * unavailable, and saw the item as not sold where the price is announced only here.
 */
export async function announceScheduledPrices(domain: MenuDomain): Promise<void> {
  const upTo = new Date(domain.clock().getTime() - clockToleranceMs);
  if (!(await announcedUpTo(domain.db, upTo))) return;
  await domain.transaction(async (tx) => {
    await lockMenu(tx);
    const since = await announcedUpTo(tx, upTo);
    if (!since) return;
    const menus = await menusOfStores(domain, tx, null);
    const repriced = (await itemsToTell(tx, menus, since, upTo)).map((menuItemId) =>
      MenuItemChanged.of({ menuItemId, kind: 'PRICE', at: upTo.toISOString() }),
    );
    const events = menus.flatMap((store) =>
      itemsSoldSometimes(store, since, upTo).map((menuItemId) => {
        const reason = notOrderableReason(store, menuItemId, upTo);
        return MenuItemAvailabilityChanged.of({
          storeId: store.storeId,
          menuItemId,
          available: reason === null,
          reason,
          at: upTo.toISOString(),
        });
      }),
    );
    await tx.$executeRawUnsafe('UPDATE menu_version SET prices_told = $1::timestamptz', upTo.toISOString());
    await domain.events.appendAll(tx, oneOfEach([...repriced, ...events]));
  });
}

export const scheduledPrices = (domain: MenuDomain): Background => ({
  name: 'announcing scheduled prices',
  async run(signal) {
    while (!signal.aborted) {
      await announceScheduledPrices(domain);
      await pause(intervalMs, signal);
    }
  },
});
