import type { SqlTx } from '#platform/events/sqlTx.ts';
import { isId } from '#platform/domain/id.ts';
import type { Catalogue } from './catalogue.ts';
import type { MenuDomain } from './context.ts';
import { catalogueAt, priceWindowJson, pricesBySubject } from './loadCatalogue.ts';
import type { PriceWindow } from './prices.ts';
import type { StoreMenu, UnavailableReason } from './storeMenu.ts';

interface Row {
  readonly store_id: string;
  readonly price_list_id: string;
  readonly catalogue: number;
  readonly own_prices: ({ subject: string } & PriceWindow)[] | null;
  readonly unavailable: { item: string; reason: UnavailableReason }[] | null;
}

/**
 * One statement for any number of stores, so that prices, availability and the catalogue's version belong to one
 * moment.
 */
const statement = `
  SELECT s.store_id::text, s.price_list_id::text, v.catalogue,
    (SELECT json_agg(${priceWindowJson} ORDER BY p.id) FROM price p WHERE p.store_id = s.store_id) AS own_prices,
    (SELECT json_agg(json_build_object('item', u.item_id, 'reason', u.reason)) FROM unavailability u WHERE u.store_id = s.store_id) AS unavailable
  FROM store_price_list s CROSS JOIN menu_version v
  WHERE s.store_id = ANY($1::uuid[])`;

function reasonsByItem(
  rows: readonly { item: string; reason: UnavailableReason }[],
): Map<string, Set<UnavailableReason>> {
  const byItem = new Map<string, Set<UnavailableReason>>();
  for (const { item, reason } of rows) byItem.set(item, (byItem.get(item) ?? new Set()).add(reason));
  return byItem;
}

/** The menus of these stores, by store id. Stores without a price list are missing from the result. */
export async function loadStoreMenus(
  domain: MenuDomain,
  sql: SqlTx,
  storeIds: readonly string[],
): Promise<Map<string, StoreMenu>> {
  const rows = await sql.$queryRawUnsafe<Row[]>(statement, storeIds.filter(isId));
  if (rows.length === 0) return new Map();
  return menusOfRows(rows, await catalogueAt(domain, rows[0]!.catalogue, sql));
}

const menusOfRows = (rows: readonly Row[], catalogue: Catalogue): Map<string, StoreMenu> =>
  new Map(
    rows.map((row) => [
      row.store_id,
      {
        storeId: row.store_id,
        catalogue,
        list: catalogue.priceLists.get(row.price_list_id)!,
        ownPrices: pricesBySubject(row.own_prices ?? []),
        unavailable: reasonsByItem(row.unavailable ?? []),
      },
    ]),
  );

/**
 * The same with a catalogue that the transaction itself has changed: it must not be kept for others, who may never see
 * it.
 */
export const menusWithCatalogue = async (
  sql: SqlTx,
  catalogue: Catalogue,
  storeIds: readonly string[],
): Promise<Map<string, StoreMenu>> => menusOfRows(await sql.$queryRawUnsafe<Row[]>(statement, storeIds), catalogue);

/** The menus of all stores that use a price list, or of all stores when it is null, in no particular order. */
export async function menusOfStores(domain: MenuDomain, sql: SqlTx, priceListId: string | null): Promise<StoreMenu[]> {
  const rows = await sql.$queryRawUnsafe<{ id: string }[]>(
    'SELECT store_id::text AS id FROM store_price_list WHERE $1::uuid IS NULL OR price_list_id = $1::uuid',
    priceListId,
  );
  return [
    ...(
      await loadStoreMenus(
        domain,
        sql,
        rows.map(({ id }) => id),
      )
    ).values(),
  ];
}
