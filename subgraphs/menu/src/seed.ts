import { seedChain, type Chain } from '#schema/seed/chain.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import { adminService } from '#platform/identity/principal.ts';
import type { Image } from './catalogue.ts';
import { setMenuItemAvailability } from './commands/setMenuItemAvailability.ts';
import { filesOf } from './config.ts';
import type { MenuDomain } from './context.ts';
import { drawSigns } from './pictures/drawSigns.ts';
import { writeCatalogueRows } from './transfer/catalogueRows.ts';
import { priceRow, writePrices } from './transfer/priceRows.ts';
import { listsByCountry, writeCountries } from './transfer/writeCatalogue.ts';
import { giveLists } from './transfer/writeStorePrices.ts';

/** A seed that a slow machine cannot write in the time of a command would keep the system from its first start. */
const seeding = { timeoutMs: 180_000 };

/** The variants of the picture of each item: the sign of its category, which the seeds draw themselves. */
const imagesOf = ({ rows, keyOf }: Chain, signs: ReadonlyMap<string, readonly Image[]>) =>
  rows.items.flatMap(({ key, category }) =>
    (signs.get(keyOf(category)) ?? []).map((image) => ({ itemId: key, ...image })),
  );

async function writePricesOf(tx: SqlTx, { rows }: Chain): Promise<void> {
  const lists = await listsByCountry(tx);
  const countryOf = new Map(rows.stores.map(({ key, country }) => [key, country]));
  await giveLists(tx, [...countryOf.keys()], countryOf, lists);
  const prices = rows.prices.map((row) => priceRow(row, lists.get(row.country ?? countryOf.get(row.store!)!)!));
  await writePrices(
    tx,
    prices.filter(({ store_id }) => store_id === null),
  );
  await writePrices(
    tx,
    prices.filter(({ store_id }) => store_id !== null),
  );
}

/** Writes the menu as an import does, but announces nothing: nobody follows it yet. */
async function insert(domain: MenuDomain, chain: Chain): Promise<void> {
  const { rows, keyOf } = chain;
  const signs = await drawSigns(
    filesOf(domain),
    rows.categories.map(({ key }) => keyOf(key)),
  );
  await domain.transaction(async (tx) => {
    await writeCatalogueRows(tx as SqlTx, rows, domain.clock());
    await tx.itemImage.createMany({ data: imagesOf(chain, signs), skipDuplicates: true });
    await writeCountries(tx as SqlTx, rows.countries);
    await writePricesOf(tx as SqlTx, chain);
    await tx.menuChange.createMany({
      data: rows.items.map(({ key }, index) => ({ scope: '*', itemId: key, version: index + 1 })),
      skipDuplicates: true,
    });
    const version = rows.items.length;
    await tx.menuVersion.updateMany({ where: { version: 0 }, data: { version, catalogue: version } });
  }, seeding);
}

/**
 * Seeds the menu of `schema/seed/chain` for all stores. At the first store of each country, staff has withdrawn the
 * corn on the cob.
 */
export async function seed(domain: MenuDomain): Promise<void> {
  const chain = seedChain();
  await insert(domain, chain);
  const staff = adminService(domain.principal.subject);
  for (const { country } of chain.rows.countries) {
    const storeId = chain.rows.stores.find((store) => store.country === country)!.key;
    const { kind } = await setMenuItemAvailability(domain, staff, {
      storeId,
      menuItemId: seedId('menuItem', 'corn-on-the-cob'),
      available: false,
    });
    if (kind !== 'done') throw new Error(`The corn on the cob of store ${storeId} could not be withdrawn: ${kind}.`);
  }
}
