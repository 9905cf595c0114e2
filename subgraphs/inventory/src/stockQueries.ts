import type { SqlTx } from '#platform/events/sqlTx.ts';
import { pagedList, sortable } from '#platform/subgraph/connection.ts';
import type { Ingredient } from '#generated/inventory/prisma/client.ts';
import type { StockEvent } from './stockItem.ts';

/** A stock item as queries read it. */
export interface StockView {
  readonly storeId: string;
  readonly ingredientId: string;
  readonly ingredientName: string;
  readonly onHand: number;
  readonly reserved: number;
  readonly consumed: number;
  readonly reorderLevel: number;
  /** Counts the changes of the reorder level. */
  readonly version: number;
  readonly updatedAt: Date;
}

export interface StockKey {
  readonly storeId: string;
  readonly ingredientId: string;
}

export const stockList = pagedList('stock', [sortable.text, sortable.id]);
export const ingredientList = pagedList('ingredients', [sortable.text, sortable.id], { usual: 50 });
export const movementList = pagedList('movements', [sortable.number]);

export interface StockPageRequest {
  readonly storeId: string;
  /** Sort key [English name, ingredient id] of the last row of the page before. */
  readonly after: readonly [string, string] | undefined;
  /** How many rows to read. */
  readonly limit: number;
  readonly lowOnly: boolean;
}

export interface MovementPageRequest extends StockKey {
  /** Sort key [version] of the last row of the page before. */
  readonly after: readonly [number] | undefined;
  readonly limit: number;
}

/** An event of a stock item as it is stored in its stream. */
export interface Movement {
  readonly version: number;
  readonly data: StockEvent;
}

const columns = `s.store_id::text AS "storeId", s.ingredient_id::text AS "ingredientId", i.name ->> 'en' AS "ingredientName",
  s.on_hand AS "onHand", s.reserved, s.consumed::float8 AS consumed, s.reorder_level AS "reorderLevel",
  s.level_version AS version, s.updated_at AS "updatedAt"`;

export const stockKey = ({ storeId, ingredientId }: StockKey): string => `${storeId}:${ingredientId}`;

/** Stock items by `stockKey`. One statement. */
export async function readStock(sql: SqlTx, keys: readonly StockKey[]): Promise<Map<string, StockView>> {
  const rows = await sql.$queryRawUnsafe<StockView[]>(
    `SELECT ${columns} FROM unnest($1::uuid[], $2::uuid[]) AS k (store_id, ingredient_id)
     JOIN stock s USING (store_id, ingredient_id) JOIN ingredient i ON i.id = s.ingredient_id`,
    keys.map((key) => key.storeId),
    keys.map((key) => key.ingredientId),
  );
  return new Map(rows.map((row) => [stockKey(row), row]));
}

/**
 * The stock items of a store that are below their reorder level, by English name; with `ingredientIds`, only of
 * these. One statement.
 */
export const readLowStock = (sql: SqlTx, storeId: string, ingredientIds?: readonly string[]): Promise<StockView[]> =>
  sql.$queryRawUnsafe<StockView[]>(
    `SELECT ${columns} FROM stock s JOIN ingredient i ON i.id = s.ingredient_id
   WHERE s.store_id = $1::uuid AND s.on_hand < s.reorder_level AND ($2::uuid[] IS NULL OR s.ingredient_id = ANY ($2::uuid[]))
   ORDER BY (i.name ->> 'en') COLLATE "C", s.ingredient_id`,
    storeId,
    ingredientIds ?? null,
  );

/** A page of all ingredients, by English name. */
export const readIngredientPage = (
  sql: SqlTx,
  { after, limit }: { readonly after: readonly [string, string] | undefined; readonly limit: number },
): Promise<(Ingredient & { readonly name: Record<string, string> })[]> =>
  sql.$queryRawUnsafe(
    `SELECT id::text, name, unit, version FROM ingredient i
     WHERE $2::uuid IS NULL OR ((name ->> 'en') COLLATE "C", id) > ($1::text COLLATE "C", $2::uuid)
     ORDER BY (name ->> 'en') COLLATE "C", id LIMIT $3::int`,
    after?.[0] ?? '',
    after?.[1] ?? null,
    limit,
  );

const groupedBy = <Row extends { readonly ordinal: number }>(rows: readonly Row[], count: number): Row[][] => {
  const groups: Row[][] = Array.from({ length: count }, () => []);
  for (const row of rows) groups[row.ordinal - 1]!.push(row);
  return groups;
};

/** A page of the stock of each store, by English name. One statement however many stores. */
export async function readStockPages(sql: SqlTx, requests: readonly StockPageRequest[]): Promise<StockView[][]> {
  const rows = await sql.$queryRawUnsafe<(StockView & { ordinal: number })[]>(
    `SELECT asked.ordinality::int AS ordinal, page.*
     FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[], $5::boolean[]) WITH ORDINALITY AS asked (store_id, name, id, wanted, low_only, ordinality)
     CROSS JOIN LATERAL (
       SELECT ${columns} FROM stock s JOIN ingredient i ON i.id = s.ingredient_id
       WHERE s.store_id = asked.store_id AND (NOT asked.low_only OR s.on_hand < s.reorder_level)
         AND (asked.id IS NULL OR ((i.name ->> 'en') COLLATE "C", s.ingredient_id) > (asked.name COLLATE "C", asked.id))
       ORDER BY (i.name ->> 'en') COLLATE "C", s.ingredient_id LIMIT asked.wanted
     ) page ORDER BY asked.ordinality, page."ingredientName" COLLATE "C", page."ingredientId"`,
    requests.map((request) => request.storeId),
    requests.map((request) => request.after?.[0] ?? ''),
    requests.map((request) => request.after?.[1] ?? null),
    requests.map((request) => request.limit),
    requests.map((request) => request.lowOnly),
  );
  return groupedBy(rows, requests.length);
}

/** A page of the events of each stock item, newest first. One statement however many. */
export async function readMovementPages(sql: SqlTx, requests: readonly MovementPageRequest[]): Promise<Movement[][]> {
  const rows = await sql.$queryRawUnsafe<(Movement & { ordinal: number })[]>(
    `SELECT asked.ordinality::int AS ordinal, page.*
     FROM unnest($1::text[], $2::int[], $3::int[]) WITH ORDINALITY AS asked (stream, before, wanted, ordinality)
     CROSS JOIN LATERAL (
       SELECT e.version, e.data FROM platform.event e WHERE e.stream = asked.stream AND e.version < asked.before ORDER BY e.version DESC LIMIT asked.wanted
     ) page ORDER BY asked.ordinality, page.version DESC`,
    requests.map((request) => `stock:${stockKey(request)}`),
    requests.map(({ after }) => after?.[0] ?? 2 ** 31 - 1),
    requests.map((request) => request.limit),
  );
  return groupedBy(rows, requests.length);
}
