import type { SqlTx } from '#platform/events/sqlTx.ts';
import { inBatches, type Tally, type TransferRun } from '#platform/transfer/transfer.ts';
import { InventoryUpdated } from '#schema/events/inventory.ts';
import type { ImportRows, Row } from '#schema/import/tables.ts';
import { announceMakeability } from '../announceMakeability.ts';
import type { Inventory } from '../context.ts';
import { decide, emptyStock, type StockItem } from '../stockItem.ts';
import { recordStores } from '../recordStores.ts';
import { writeReorderLevels, type LevelChange } from '../reorderLevels.ts';
import { stockWritten } from '../stockRows.ts';

const storesPerBatch = 25;

interface Written {
  readonly created: number;
  readonly changed: number;
  /** Rows whose stock has moved since, so that what is on hand is another number now. */
  readonly moved: number;
}

/**
 * Writes what stores begin with, and their reorder levels. Stock that a store has already is moved by deliveries,
 * counts and orders only: a row read again a week later must not bring back what was sold.
 */
export async function writeStockLevels(domain: Inventory, tables: ImportRows, run: TransferRun): Promise<Tally[]> {
  const { stock = [], stores = [] } = tables;
  const byStore = new Map<string, Row<'stock'>[]>(stores.map(({ key }) => [key, []]));
  for (const row of stock) {
    const rows = byStore.get(row.store);
    if (rows) rows.push(row);
    else byStore.set(row.store, [row]);
  }
  const total = { created: 0, changed: 0, moved: 0 };
  for (const [index, batch] of inBatches([...byStore], storesPerBatch).entries()) {
    const first = index * storesPerBatch + 1;
    const what = `stock of stores ${first} to ${first + batch.length - 1} of ${byStore.size}`;
    const { created, changed, moved } = await run.batch(what, (tx) => writeBatch(domain, tx, batch, run));
    total.created += created;
    total.changed += changed;
    total.moved += moved;
  }
  if (!tables.stock) return [];
  const { created, changed, moved } = total;
  return [
    {
      table: 'stock',
      created,
      changed,
      unchanged: stock.length - created - changed,
      ...(moved > 0
        ? { note: `${moved} have another number on hand since: it was left alone; receive or count stock to change it` }
        : {}),
    },
  ];
}

async function writeBatch(
  domain: Inventory,
  tx: SqlTx,
  batch: readonly (readonly [string, readonly Row<'stock'>[]])[],
  { isRehearsal }: TransferRun,
): Promise<Written> {
  const at = domain.clock();
  const rows = batch.flatMap(([, own]) => own);
  const storeIds = batch.map(([store]) => store);
  const known = await readKnown(tx, storeIds, isRehearsal ? '' : 'FOR UPDATE');
  const keyOf = ({ store, ingredient }: Row<'stock'>): string => `${store} ${ingredient}`;
  const fresh = rows.filter((row) => !known.has(keyOf(row))).map((row) => begin(row, at));
  const levelled = rows.flatMap(({ store, ingredient, reorderLevel }): LevelChange[] => {
    const before = known.get(`${store} ${ingredient}`);
    return before && before.reorderLevel !== reorderLevel ? [{ before, reorderLevel }] : [];
  });
  const moved = rows.filter((row) => known.has(keyOf(row)) && known.get(keyOf(row))!.onHand !== row.onHand);
  const written = { created: fresh.length, changed: levelled.length, moved: moved.length };
  // Nothing of what follows rests on what is written here, and orders would wait for it.
  if (isRehearsal) return written;
  await recordStores(tx, storeIds);
  await domain.events.appendAll(
    tx,
    fresh.flatMap(({ event }) => (event ? [{ expectedVersion: 0, events: [event] }] : [])),
  );
  const { sql, parameters } = stockWritten(
    fresh.map(({ item }) => item),
    at,
  );
  await tx.$executeRawUnsafe(sql, ...parameters);
  await writeReorderLevels(domain, tx, levelled, at);
  // A store that has nothing yet can make nothing of what has a recipe; others change by what came in.
  const received = new Set(fresh.map(({ item }) => item.storeId));
  const stocked = new Set([...known.keys()].map((key) => key.split(' ')[0]!));
  await announceMakeability(
    domain,
    tx,
    storeIds.filter((store) => received.has(store) || !stocked.has(store)),
    null,
  );
  return written;
}

/** What stores have of each ingredient, by both ids; if it is locked, in the order in which orders lock it. */
async function readKnown(
  tx: SqlTx,
  stores: readonly string[],
  lock: 'FOR UPDATE' | '',
): Promise<Map<string, LevelChange['before']>> {
  const rows = await tx.$queryRawUnsafe<LevelChange['before'][]>(
    `SELECT store_id::text AS "storeId", ingredient_id::text AS "ingredientId", on_hand AS "onHand", reorder_level AS "reorderLevel"
     FROM stock WHERE store_id = ANY ($1::uuid[]) ORDER BY store_id, ingredient_id ${lock}`,
    stores,
  );
  return new Map(rows.map((row) => [`${row.storeId} ${row.ingredientId}`, row]));
}

/** A first delivery, checked as any other; without an event where nothing came in. */
function begin({ store, ingredient, onHand, reorderLevel }: Row<'stock'>, at: Date) {
  const empty: StockItem = emptyStock(store, ingredient, reorderLevel);
  if (onHand === 0) return { item: empty, event: undefined };
  const decision = decide(empty, { kind: 'RECEIVE', quantity: onHand }, at);
  if (decision.kind === 'refused') throw new Error(`a store cannot begin with ${onHand}: ${decision.problem}`);
  return { item: decision.item, event: InventoryUpdated.of(decision.event) };
}
