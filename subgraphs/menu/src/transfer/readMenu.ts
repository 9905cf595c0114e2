import { inSnapshot, type SqlTx } from '#platform/events/sqlTx.ts';
import type { ImportRows, Row } from '#schema/import/tables.ts';
import type { MenuDomain } from '../context.ts';
import { beginning } from './priceRows.ts';

/** One statement each; `row` makes an object whose nulls are left out. */
const statements = {
  categories: `SELECT json_build_object('key', id, 'position', position, 'name', name) AS row FROM category c
    WHERE retired_at IS NULL OR EXISTS (SELECT FROM menu_item i WHERE i.category_id = c.id) ORDER BY position, id`,
  modifierGroups: `SELECT json_build_object('key', id, 'name', name, 'min', min, 'max', max) AS row
    FROM modifier_group WHERE retired_at IS NULL ORDER BY id`,
  modifiers: `SELECT json_build_object('key', id, 'group', group_id, 'position', position, 'name', name, 'maxQuantity', max_quantity,
    'allergens', allergens) AS row FROM modifier WHERE removed_at IS NULL ORDER BY group_id, position, id`,
  items: `SELECT json_build_object('key', i.id, 'category', i.category_id, 'position', i.position, 'combo', i.kind = 'COMBO', 'taxClass', i.tax_class,
    'name', i.name, 'description', i.description, 'allergens', i.allergens, 'kilocalories', i.kilocalories,
    'groups', coalesce((SELECT json_agg(g.group_id ORDER BY g.position) FROM item_modifier_group g WHERE g.item_id = i.id), '[]'),
    'removed', i.removed_at IS NOT NULL) AS row
    FROM menu_item i JOIN category c ON c.id = i.category_id ORDER BY c.position, i.position, i.id`,
  sizes: `SELECT json_build_object('key', id, 'item', item_id, 'position', position, 'name', name, 'isDefault', is_default) AS row
    FROM item_size WHERE removed_at IS NULL ORDER BY item_id, position, id`,
  comboSlots: `SELECT json_build_object('key', id, 'combo', combo_id, 'position', position, 'name', name, 'required', required) AS row
    FROM combo_slot ORDER BY combo_id, position, id`,
  comboChoices: `SELECT json_build_object('key', id, 'slot', slot_id, 'item', item_id, 'position', position) AS row
    FROM slot_choice ORDER BY slot_id, position, id`,
} as const;

interface StoredPrice {
  readonly country: string;
  readonly store: string | null;
  readonly key: string;
  readonly kind: Row<'prices'>['kind'];
  readonly amount: number;
  readonly from: number;
  readonly until: number | null;
}

/** Prices of what was taken away from the catalogue name nothing any more, and are left out. */
const pricesStatement = `
  SELECT l.country, p.store_id::text AS store, p.subject_id::text AS key, s.kind, p.amount,
    (extract(epoch FROM p.valid_from) * 1000)::float8 AS from, (extract(epoch FROM p.valid_until) * 1000)::float8 AS until
  FROM price p JOIN price_list l ON l.id = p.price_list_id JOIN (
    SELECT id, 'item' AS kind FROM menu_item UNION ALL SELECT id, 'size' FROM item_size WHERE removed_at IS NULL
    UNION ALL SELECT id, 'modifier' FROM modifier WHERE removed_at IS NULL UNION ALL SELECT id, 'choice' FROM slot_choice
  ) s ON s.id = p.subject_id
  ORDER BY l.country, p.store_id NULLS FIRST, s.kind, p.subject_id, p.valid_from, p.id`;

const written = (ms: number | null): string | undefined => (ms === null ? undefined : new Date(ms).toISOString());

const priceOf = ({ country, store, kind, key, amount, from, until }: StoredPrice): Row<'prices'> => ({
  ...(store === null ? { country } : { store }),
  kind,
  key,
  amount,
  validFrom: written(from) === beginning ? undefined : written(from),
  validUntil: written(until),
});

const rowsOf = async <R>(tx: SqlTx, statement: string): Promise<R[]> =>
  (await tx.$queryRawUnsafe<{ row: R }[]>(statement)).map(({ row }) => row);

/** The whole catalogue and all prices, as of one moment. */
export const readMenu = ({ pool }: MenuDomain): Promise<ImportRows> =>
  inSnapshot(pool, async (tx) => {
    const lists = await tx.$queryRawUnsafe<Row<'countries'>[]>(
      'SELECT country, currency FROM price_list ORDER BY country',
    );
    const tables: Record<string, unknown> = { countries: lists };
    for (const [table, statement] of Object.entries(statements)) tables[table] = await rowsOf(tx, statement);
    const prices = (await tx.$queryRawUnsafe<StoredPrice[]>(pricesStatement)).map(priceOf);
    return { ...(tables as ImportRows), prices: lastOfEach(prices) };
  });

/** Of two that begin together the later one holds, so that it alone is written. */
const lastOfEach = (prices: readonly Row<'prices'>[]): Row<'prices'>[] => [
  ...new Map(
    prices.map((price) => [[price.country, price.store, price.key, price.validFrom].join(' '), price]),
  ).values(),
];
