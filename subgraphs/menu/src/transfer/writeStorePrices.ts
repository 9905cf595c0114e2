import type { SqlTx } from '#platform/events/sqlTx.ts';
import { upsertRows } from '#platform/postgres/upsertRows.ts';
import { inBatches, type TransferRun } from '#platform/transfer/transfer.ts';
import { MenuItemChanged, MenuStoreAdded } from '#schema/events/menu.ts';
import type { ImportRows, Row } from '#schema/import/tables.ts';
import { availabilityEvents, oneOfEach } from '../availabilityEvents.ts';
import { lockMenu, recordChanges } from '../changes.ts';
import type { MenuDomain } from '../context.ts';
import { loadCatalogue } from '../loadCatalogue.ts';
import { menusWithCatalogue } from '../loadStoreMenus.ts';
import type { StoreMenu } from '../storeMenu.ts';
import { priceRow, writePrices, type WrittenPrices } from './priceRows.ts';
import { listsByCountry } from './writeCatalogue.ts';

/** Each batch holds the menu, and a tap on "sold out" waits until it ends: so it is small. */
const storesPerBatch = 20;

/**
 * Gives stores the price list of their country, and prices of their own. A store that sells for the first time tells
 * that it does, and nothing of its items: nobody can follow its menu yet.
 */
export async function writeStorePrices(
  domain: MenuDomain,
  { stores = [], prices = [] }: ImportRows,
  run: TransferRun,
): Promise<{ created: number; changed: number }> {
  const countries = new Map(stores.map(({ key, country }) => [key, country]));
  const own = new Map<string, Row<'prices'>[]>();
  for (const price of prices) {
    if (price.store === undefined) continue;
    const known = own.get(price.store);
    if (known) known.push(price);
    else own.set(price.store, [price]);
  }
  const ids = [...new Set([...countries.keys(), ...own.keys()])];
  const total = { created: 0, changed: 0 };
  for (const [index, batch] of inBatches(ids, storesPerBatch).entries()) {
    const first = index * storesPerBatch + 1;
    const what = `prices of stores ${first} to ${first + batch.length - 1} of ${ids.length}`;
    const written = await run.batch(what, (tx) =>
      run.isRehearsal ? writePricesOf(tx, batch, countries, own) : writeBatch(domain, tx, batch, countries, own),
    );
    total.created += written.created;
    total.changed += written.changed;
  }
  return total;
}

async function writeBatch(
  domain: MenuDomain,
  tx: SqlTx,
  ids: readonly string[],
  countries: ReadonlyMap<string, string>,
  own: ReadonlyMap<string, readonly Row<'prices'>[]>,
): Promise<WrittenPrices> {
  await lockMenu(tx);
  const selling = await listsOfStores(tx, ids);
  const before = await menusWithCatalogue(tx, await loadCatalogue(tx), [...selling.keys()]);
  const written = await writePricesOf(tx, ids, countries, own);
  const touched = written.touched.filter((price) => selling.has(price.store_id ?? ''));
  if (touched.length > 0) await tell(domain, tx, before, touched);
  await tellAdded(domain, tx, written.added);
  return written;
}

async function writePricesOf(
  tx: SqlTx,
  ids: readonly string[],
  countries: ReadonlyMap<string, string>,
  own: ReadonlyMap<string, readonly Row<'prices'>[]>,
): Promise<WrittenPrices & { readonly added: readonly string[] }> {
  const added = await giveLists(tx, ids, countries, await listsByCountry(tx));
  const listOf = await listsOfStores(tx, ids);
  const written = await writePrices(
    tx,
    ids.flatMap((id) => (own.get(id) ?? []).map((row) => priceRow(row, listOf.get(id)!))),
  );
  return { ...written, added };
}

/** Gives stores the price list of their country. One that has a list keeps it. @returns those that had none */
export async function giveLists(
  tx: SqlTx,
  ids: readonly string[],
  countries: ReadonlyMap<string, string>,
  lists: ReadonlyMap<string, string>,
): Promise<string[]> {
  const { created } = await upsertRows<{ store_id: string }>(
    tx,
    { table: 'store_price_list', key: ['store_id'], columns: [], onInsert: ['price_list_id'] },
    ids.flatMap((id) => {
      const list = lists.get(countries.get(id) ?? '');
      return list === undefined ? [] : [{ store_id: id, price_list_id: list }];
    }),
  );
  return created.map(({ store_id }) => store_id);
}

/** Tells of stores that have a menu now: whoever has read one knows it as a store without. */
export async function tellAdded(domain: MenuDomain, tx: SqlTx, storeIds: readonly string[]): Promise<void> {
  const at = domain.clock().toISOString();
  await domain.events.appendAll(tx, oneOfEach(storeIds.map((storeId) => MenuStoreAdded.of({ storeId, at }))));
}

const listsOfStores = async (tx: SqlTx, ids: readonly string[]): Promise<Map<string, string>> =>
  new Map(
    (
      await tx.$queryRawUnsafe<{ store: string; list: string }[]>(
        'SELECT store_id::text AS store, price_list_id::text AS list FROM store_price_list WHERE store_id = ANY ($1::uuid[])',
        ids,
      )
    ).map(({ store, list }) => [store, list]),
  );

async function tell(
  domain: MenuDomain,
  tx: SqlTx,
  before: ReadonlyMap<string, StoreMenu>,
  touched: WrittenPrices['touched'],
): Promise<void> {
  const now = domain.clock();
  const catalogue = [...before.values()][0]!.catalogue;
  const after = await menusWithCatalogue(tx, catalogue, [...before.keys()]);
  const items = new Set<string>();
  for (const [storeId, menu] of after) {
    const own = touched
      .filter((price) => price.store_id === storeId)
      .flatMap(({ subject_id }) => catalogue.itemsPricedBy.get(subject_id) ?? [])
      .map(({ id }) => id);
    for (const id of own) items.add(id);
    await recordChanges(tx, `store:${storeId}`, own, false);
    await domain.events.appendAll(tx, oneOfEach(availabilityEvents(before.get(storeId)!, menu, own, now)));
  }
  await domain.events.appendAll(
    tx,
    oneOfEach([...items].map((menuItemId) => MenuItemChanged.of({ menuItemId, kind: 'PRICE', at: now.toISOString() }))),
  );
}
