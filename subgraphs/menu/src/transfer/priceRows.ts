import type { SqlTx } from '#platform/events/sqlTx.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Row } from '#schema/import/tables.ts';
import type { TouchedPrice } from '../editing/editPrice.ts';

/** Since when a price holds that no row says the beginning of. */
export const beginning = '2025-01-01T00:00:00.000Z';

export interface PriceRow {
  readonly id: string;
  readonly price_list_id: string;
  readonly store_id: string | null;
  readonly subject_id: string;
  readonly amount: number;
  readonly valid_from: string;
  readonly valid_until: string | null;
}

const utc = (instant: string): string => new Date(instant).toISOString();

/** A new price's id follows from what names it, so that two that write it at once write one. */
export function priceRow({ store, key, amount, validFrom, validUntil }: Row<'prices'>, priceListId: string): PriceRow {
  const from = utc(validFrom ?? beginning);
  return {
    id: seedId('price', `${priceListId}/${store ?? ''}/${key}/${from}`),
    price_list_id: priceListId,
    store_id: store ?? null,
    subject_id: key,
    amount,
    valid_from: from,
    valid_until: validUntil === undefined ? null : utc(validUntil),
  };
}

export interface WrittenPrices {
  readonly created: number;
  readonly changed: number;
  /** Whose price is another one now: the store (null: the whole list) and the subject. */
  readonly touched: readonly TouchedPrice[];
}

/**
 * Writes prices. A price is named by its list, its store, its subject and when it begins: one that is there and has
 * another amount or end is changed.
 * @param rows all of stores, or all of lists
 */
export async function writePrices(tx: SqlTx, rows: readonly PriceRow[]): Promise<WrittenPrices> {
  if (rows.length === 0) return { created: 0, changed: 0, touched: [] };
  const stores = [...new Set(rows.map(({ store_id }) => store_id))];
  const ofLists = stores[0] === null;
  const written = await tx.$queryRawUnsafe<(WrittenPrices['touched'][number] & { created: boolean })[]>(
    `WITH told AS MATERIALIZED (SELECT * FROM jsonb_populate_recordset(NULL::price, $1::jsonb)),
     known AS MATERIALIZED (SELECT * FROM price WHERE ${ofLists ? 'store_id IS NULL AND $2::uuid[] IS NOT NULL' : 'store_id = ANY ($2::uuid[])'}),
     pairs AS MATERIALIZED (
       SELECT told.*, known.id AS known_id, (told.amount, told.valid_until) IS DISTINCT FROM (known.amount, known.valid_until) AS differs
       FROM told LEFT JOIN known ON known.price_list_id = told.price_list_id AND known.subject_id = told.subject_id
         AND known.valid_from = told.valid_from AND ${ofLists ? 'true' : 'known.store_id = told.store_id'}
     ), changed AS (
       UPDATE price SET amount = pairs.amount, valid_until = pairs.valid_until FROM pairs
       WHERE price.id = pairs.known_id AND pairs.differs
       RETURNING price.store_id::text, price.price_list_id::text, price.subject_id::text
     ), created AS (
       INSERT INTO price (id, price_list_id, store_id, subject_id, amount, valid_from, valid_until)
       SELECT id, price_list_id, store_id, subject_id, amount, valid_from, valid_until FROM pairs WHERE known_id IS NULL
       RETURNING store_id::text, price_list_id::text, subject_id::text
     )
     SELECT *, false AS created FROM changed UNION ALL SELECT *, true FROM created`,
    JSON.stringify(rows),
    ofLists ? [] : stores,
  );
  const created = written.filter((row) => row.created).length;
  return { created, changed: written.length - created, touched: written };
}
