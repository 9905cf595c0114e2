import type { SqlTx } from '#platform/events/sqlTx.ts';
import { upsertRows } from '#platform/postgres/upsertRows.ts';
import { inBatches, type Tally, type TransferRun } from '#platform/transfer/transfer.ts';
import { MenuItemChanged } from '#schema/events/menu.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { ImportRows } from '#schema/import/tables.ts';
import { availabilityEvents, oneOfEach } from '../availabilityEvents.ts';
import type { Catalogue, Item } from '../catalogue.ts';
import { lockMenu, recordChanges } from '../changes.ts';
import type { MenuDomain } from '../context.ts';
import { loadCatalogue } from '../loadCatalogue.ts';
import { menusWithCatalogue } from '../loadStoreMenus.ts';
import { writeCatalogueRows } from './catalogueRows.ts';
import { priceRow, writePrices, type WrittenPrices } from './priceRows.ts';

const storesAtOnce = 100;

type Outcome = { readonly tallies: readonly Tally[]; readonly prices: WrittenPrices };

/**
 * Writes the catalogue and the countries' prices in one transaction, so that nobody sees half a menu, and tells of each
 * item that is another one now.
 */
export const writeCatalogue = (domain: MenuDomain, tables: ImportRows, run: TransferRun): Promise<Outcome> =>
  run.batch('the catalogue and the prices of countries', async (tx) => {
    await lockMenu(tx);
    const before = await loadCatalogue(tx);
    const now = domain.clock();
    const tallies = [
      ...(tables.countries ? [await writeCountries(tx, tables.countries)] : []),
      ...(await writeCatalogueRows(tx, tables, now)),
    ];
    const lists = await listsByCountry(tx);
    const prices = await writePrices(
      tx,
      (tables.prices ?? []).flatMap((row) =>
        row.country === undefined ? [] : [priceRow(row, lists.get(row.country)!)],
      ),
    );
    if (prices.touched.length > 0 || tallies.some(({ created, changed, note }) => created + changed > 0 || note))
      await tell(domain, tx, before, prices, now);
    return { tallies, prices };
  });

async function writeCountries(tx: SqlTx, countries: NonNullable<ImportRows['countries']>): Promise<Tally> {
  const { created, changed } = await upsertRows(
    tx,
    { table: 'price_list', key: ['country'], columns: ['currency', 'exponent'], onInsert: ['id'] },
    countries.map(({ country, currency }) => ({
      id: seedId('priceList', country),
      country,
      currency,
      exponent:
        new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2,
    })),
  );
  return {
    table: 'countries',
    created: created.length,
    changed: changed.length,
    unchanged: countries.length - created.length - changed.length,
  };
}

export const listsByCountry = async (tx: SqlTx): Promise<Map<string, string>> =>
  new Map(
    (await tx.$queryRawUnsafe<{ id: string; country: string }[]>('SELECT id::text, country FROM price_list')).map(
      ({ id, country }) => [country, id],
    ),
  );

/** All of an item that an entry shows, whatever it costs. */
const contentOf = (item: Item): string =>
  JSON.stringify({
    ...item,
    slots: item.slots.map((slot) => ({
      ...slot,
      choices: slot.choices.map(({ id, item: { id: itemId, removed } }) => ({ id, itemId, removed })),
    })),
  });

type ItemChange = 'CREATED' | 'DETAILS' | 'PRICE' | 'REMOVED';

/** What became of each item that is not as it was. */
function itemChanges(before: Catalogue, after: Catalogue, { touched }: WrittenPrices): Map<string, ItemChange> {
  const changes = new Map<string, ItemChange>(
    touched.flatMap(({ subject_id }) =>
      (after.itemsPricedBy.get(subject_id) ?? []).map(({ id }) => [id, 'PRICE'] as const),
    ),
  );
  for (const item of after.items.values()) {
    const was = before.items.get(item.id);
    if (!was || (was.removed && !item.removed)) changes.set(item.id, 'CREATED');
    else if (!was.removed && item.removed) changes.set(item.id, 'REMOVED');
    else if (contentOf(was) !== contentOf(item)) changes.set(item.id, 'DETAILS');
  }
  return changes;
}

async function tell(domain: MenuDomain, tx: SqlTx, before: Catalogue, prices: WrittenPrices, now: Date): Promise<void> {
  const after = await loadCatalogue(tx);
  const changes = itemChanges(before, after, prices);
  const everywhere = [...changes].filter(([, kind]) => kind !== 'PRICE').map(([id]) => id);
  await recordChanges(tx, '*', everywhere, true);
  for (const { id, country } of after.priceLists.values()) {
    const items = prices.touched
      .filter((price) => price.price_list_id === id)
      .flatMap(({ subject_id }) => after.itemsPricedBy.get(subject_id) ?? []);
    await recordChanges(
      tx,
      `country:${country}`,
      items.map((item) => item.id),
      true,
    );
  }
  // What no item shows, such as the name of an empty category, is read anew by every process, too.
  if (changes.size === 0)
    await tx.$executeRawUnsafe('UPDATE menu_version SET version = version + 1, catalogue = version + 1');
  await domain.events.appendAll(
    tx,
    oneOfEach(
      [...changes].map(([menuItemId, kind]) => MenuItemChanged.of({ menuItemId, kind, at: now.toISOString() })),
    ),
  );
  await tellStores(domain, tx, { before, after, itemIds: [...changes.keys()], now });
}

/** Tells each store's feed which items it can thereby sell, or no longer. */
async function tellStores(
  domain: MenuDomain,
  tx: SqlTx,
  { before, after, itemIds, now }: { before: Catalogue; after: Catalogue; itemIds: string[]; now: Date },
): Promise<void> {
  if (itemIds.length === 0) return;
  const stores = await tx.$queryRawUnsafe<{ id: string }[]>('SELECT store_id::text AS id FROM store_price_list');
  for (const batch of inBatches(stores, storesAtOnce)) {
    const menus = await menusWithCatalogue(
      tx,
      after,
      batch.map(({ id }) => id),
    );
    const events = [...menus.values()].flatMap((menu) => {
      const was = {
        ...menu,
        catalogue: before,
        list: before.priceLists.get(menu.list.id) ?? { ...menu.list, prices: new Map() },
      };
      return availabilityEvents(was, menu, itemIds, now);
    });
    await domain.events.appendAll(tx, oneOfEach(events));
  }
}
