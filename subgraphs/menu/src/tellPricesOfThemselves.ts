import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { pause } from '#platform/events/pause.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import { MenuItemAvailabilityChanged } from '#schema/events/menu.ts';
import { oneOfEach } from './availabilityEvents.ts';
import { lockMenu } from './changes.ts';
import type { MenuDomain } from './context.ts';
import { menusOfStores } from './loadStoreMenus.ts';
import { itemsSoldSometimes, notOrderableReason } from './storeMenu.ts';

const everyMs = 5_000;
/**
 * By so much the clocks of processes may differ: who reads because of an event must be past the instant that it is
 * about.
 */
const clocksDifferMs = 2_000;

/** Since when prices that began or ended are to be told of; undefined while there are none. */
async function dueSince(sql: SqlTx, upTo: Date): Promise<Date | undefined> {
  const [row] = await sql.$queryRawUnsafe<{ since: number }[]>(
    `SELECT (extract(epoch FROM v.prices_told) * 1000)::float8 AS since FROM menu_version v
     WHERE EXISTS (SELECT FROM price p WHERE p.valid_from > v.prices_told AND p.valid_from <= $1::timestamptz)
        OR EXISTS (SELECT FROM price p WHERE p.valid_until > v.prices_told AND p.valid_until <= $1::timestamptz)`,
    upTo.toISOString(),
  );
  return row && new Date(row.since);
}

/**
 * Tells the feeds of stores of each item that they sell, or sell no longer, because a price began or ended by itself
 * since the last time. By prices alone: whatever else happened to the item meanwhile has told what it took away then,
 * and what it found not to be sold is told here.
 */
export async function tellPricesOfThemselves(domain: MenuDomain): Promise<void> {
  const upTo = new Date(domain.clock().getTime() - clocksDifferMs);
  if (!(await dueSince(domain.db, upTo))) return;
  await domain.transaction(async (tx) => {
    await lockMenu(tx);
    const since = await dueSince(tx, upTo);
    if (!since) return;
    const events = (await menusOfStores(domain, tx, null)).flatMap((store) =>
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
    await domain.events.appendAll(tx, oneOfEach(events));
  });
}

export const pricesOfThemselves = (domain: MenuDomain): Background => ({
  name: 'prices that begin and end by themselves',
  async run(signal) {
    while (!signal.aborted) {
      await tellPricesOfThemselves(domain);
      await pause(everyMs, signal);
    }
  },
});
