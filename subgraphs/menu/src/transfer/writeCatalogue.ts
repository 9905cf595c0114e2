import type { SqlTx } from '#platform/events/sqlTx.ts';
import { upsertRows } from '#platform/postgres/upsertRows.ts';
import type { Tally, TransferRun } from '#platform/transfer/transfer.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { ImportRows } from '#schema/import/tables.ts';
import { lockMenu } from '../changes.ts';
import type { MenuDomain } from '../context.ts';
import { announceEdits } from '../editing/announceEdits.ts';
import { loadCatalogue } from '../loadCatalogue.ts';
import { writeCatalogueRows } from './catalogueRows.ts';
import { priceRow, writePrices, type WrittenPrices } from './priceRows.ts';

type Outcome = { readonly tallies: readonly Tally[]; readonly prices: WrittenPrices };

/**
 * Writes the catalogue and the countries' prices in one transaction, so that nobody sees half a menu, and tells of each
 * item that is another one now.
 */
export const writeCatalogue = (domain: MenuDomain, tables: ImportRows, run: TransferRun): Promise<Outcome> =>
  run.batch('the catalogue and the prices of countries', async (tx) => {
    if (!run.isRehearsal) await lockMenu(tx);
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
    const isDifferent =
      prices.touched.length > 0 || tallies.some(({ created, changed, note }) => created + changed > 0 || note);
    if (isDifferent && !run.isRehearsal) await announceEdits(domain, tx, { before, touched: prices.touched, now });
    return { tallies, prices };
  });

export async function writeCountries(tx: SqlTx, countries: NonNullable<ImportRows['countries']>): Promise<Tally> {
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
