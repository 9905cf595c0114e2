import type { SqlTx } from '#platform/events/sqlTx.ts';
import { recordEdits } from '#platform/subgraph/edits.ts';
import { inBatches } from '#platform/transfer/transfer.ts';
import { MenuItemChanged } from '#schema/events/menu.ts';
import { availabilityEvents, oneOfEach } from '../availabilityEvents.ts';
import type { Catalogue } from '../catalogue.ts';
import { recordChanges, renewCatalogue } from '../changes.ts';
import type { MenuDomain } from '../context.ts';
import { loadCatalogue } from '../loadCatalogue.ts';
import { menusWithCatalogue } from '../loadStoreMenus.ts';
import type { StoreMenu } from '../storeMenu.ts';
import { editedParts, itemChanges, itemsSoldOtherwise, type EditedPart } from './catalogueDifferences.ts';
import type { TouchedPrice } from './editPrice.ts';

const storesAtOnce = 100;
const tables = { CATEGORY: 'category', ITEM: 'menu_item', MODIFIER_GROUP: 'modifier_group' } as const;

/** What a transaction has done to the menu, and what the menu was before. */
export interface MadeEdits {
  readonly before: Catalogue;
  /** The menus that stores had whose own prices were touched, by store id. */
  readonly menusBefore?: ReadonlyMap<string, StoreMenu>;
  readonly touched: readonly TouchedPrice[];
  readonly now: Date;
}

/**
 * Tells of everything that edits changed, in their transaction: what devices have to sync, an event for each item that
 * is another one now, the fields that are different, and to each store which items it can thereby sell, or no longer.
 */
export async function announceEdits(domain: MenuDomain, tx: SqlTx, edits: MadeEdits): Promise<void> {
  const { before, touched, now } = edits;
  const after = await loadCatalogue(tx);
  const changes = itemChanges(before, after, touched);
  const everywhere = [...changes].filter(([, kind]) => kind !== 'PRICE').map(([id]) => id);
  const ofList = touched.filter(({ store_id }) => store_id === null);
  await recordChanges(tx, '*', everywhere, true);
  await recordPrices(tx, after, touched);
  const parts = editedParts(before, after);
  // What no item shows, such as the name of an empty category, is read anew by every process, too.
  if (everywhere.length === 0 && ofList.length === 0 && (parts.length > 0 || hasNew(before, after)))
    await renewCatalogue(tx);
  await keepVersions(tx, parts, now);
  await domain.events.appendAll(
    tx,
    oneOfEach(
      [...changes].map(([menuItemId, kind]) => MenuItemChanged.of({ menuItemId, kind, at: now.toISOString() })),
    ),
  );
  const concerned = everywhere.length > 0 ? null : touched;
  // To ask all stores takes seconds in a large chain, in which nobody else can change a menu.
  const itemIds = itemsSoldOtherwise(before, after, changes.keys(), touched);
  await tellStores(domain, tx, edits, { after, itemIds, concerned });
}

const hasNew = (before: Catalogue, after: Catalogue): boolean =>
  after.categories.length > before.categories.length ||
  after.groups.size > before.groups.size ||
  JSON.stringify([...after.priceLists.values()]) !== JSON.stringify([...before.priceLists.values()]);

async function recordPrices(tx: SqlTx, after: Catalogue, touched: readonly TouchedPrice[]): Promise<void> {
  const scopes = new Map<string, TouchedPrice[]>();
  for (const price of touched) {
    const scope = price.store_id ?? price.price_list_id;
    scopes.set(scope, [...(scopes.get(scope) ?? []), price]);
  }
  for (const prices of scopes.values()) {
    const { store_id, price_list_id } = prices[0]!;
    const items = prices.flatMap(({ subject_id }) => after.itemsPricedBy.get(subject_id) ?? []).map(({ id }) => id);
    const scope =
      store_id === null
        ? (`country:${after.priceLists.get(price_list_id)!.country}` as const)
        : (`store:${store_id}` as const);
    await recordChanges(tx, scope, items, store_id === null);
  }
}

async function keepVersions(tx: SqlTx, parts: readonly EditedPart[], now: Date): Promise<void> {
  for (const kind of Object.keys(tables) as (keyof typeof tables)[]) {
    const ids = parts.filter((part) => part.kind === kind).map(({ id }) => id);
    if (ids.length > 0)
      await tx.$executeRawUnsafe(`UPDATE ${tables[kind]} SET version = version + 1 WHERE id = ANY ($1::uuid[])`, ids);
  }
  await recordEdits(tx, parts, now);
}

/** The stores that an edit of the catalogue (all of them) or of prices can concern. */
async function storesOf(tx: SqlTx, concerned: readonly TouchedPrice[] | null): Promise<string[]> {
  const rows = await tx.$queryRawUnsafe<{ id: string }[]>(
    `SELECT store_id::text AS id FROM store_price_list
     WHERE $1::boolean OR price_list_id = ANY ($2::uuid[]) OR store_id = ANY ($3::uuid[])`,
    concerned === null,
    (concerned ?? []).filter(({ store_id }) => store_id === null).map(({ price_list_id }) => price_list_id),
    (concerned ?? []).flatMap(({ store_id }) => store_id ?? []),
  );
  return rows.map(({ id }) => id);
}

async function tellStores(
  domain: MenuDomain,
  tx: SqlTx,
  { before, menusBefore, now }: MadeEdits,
  told: { after: Catalogue; itemIds: string[]; concerned: readonly TouchedPrice[] | null },
): Promise<void> {
  if (told.itemIds.length === 0) return;
  for (const batch of inBatches(await storesOf(tx, told.concerned), storesAtOnce)) {
    const menus = await menusWithCatalogue(tx, told.after, batch);
    const events = [...menus.values()].flatMap((menu) => {
      const was = {
        ...menu,
        catalogue: before,
        list: before.priceLists.get(menu.list.id) ?? { ...menu.list, prices: new Map() },
        ownPrices: menusBefore?.get(menu.storeId)?.ownPrices ?? menu.ownPrices,
      };
      return availabilityEvents(was, menu, told.itemIds, now);
    });
    await domain.events.appendAll(tx, oneOfEach(events));
  }
}
