import type { SqlTx } from '#platform/events/sqlTx.ts';
import { deleteOthers, upsertRows, type UpsertTarget } from '#platform/postgres/upsertRows.ts';
import { inBatches, type Tally, type TransferRun } from '#platform/transfer/transfer.ts';
import type { ImportRows } from '#schema/import/tables.ts';
import { announceMakeability } from '../announceMakeability.ts';
import type { Inventory } from '../context.ts';

const storesAtOnce = 50;

const byItem = { table: 'recipe_line', key: ['menu_item_id', 'ingredient_id'], columns: ['quantity'] };
const bySize = { table: 'size_recipe_line', key: ['size_id', 'menu_item_id', 'ingredient_id'], columns: ['quantity'] };
const byModifier = { table: 'modifier_recipe_line', key: ['modifier_id', 'ingredient_id'], columns: ['quantity'] };

/** Writes ingredients and recipes in one transaction, and tells what stores can thereby make, or no longer. */
export async function writeRecipes(domain: Inventory, tables: ImportRows, run: TransferRun): Promise<Tally[]> {
  const { ingredients, recipes, modifierRecipes } = tables;
  if (!ingredients && !recipes && !modifierRecipes) return [];
  return run.batch('ingredients and recipes', async (tx) => {
    const tallies: Tally[] = [];
    if (ingredients) {
      const rows = ingredients.map(({ key, name, unit }) => ({ id: key, name, unit }));
      const target = { table: 'ingredient', key: ['id'], columns: ['name', 'unit'] };
      tallies.push(tallyOf('ingredients', rows.length, await upsertRows(tx, target, rows), 0));
    }
    if (recipes) tallies.push(await writeItemRecipes(domain, tx, recipes));
    if (modifierRecipes) {
      const rows = modifierRecipes.map(({ modifier, ingredient, quantity }) => ({
        modifier_id: modifier,
        ingredient_id: ingredient,
        quantity,
      }));
      const lines = await replaceLines(tx, byModifier, ['modifier_id'], rows);
      tallies.push(tallyOf('modifierRecipes', rows.length, lines, lines.gone));
    }
    return tallies;
  });
}

function tallyOf(
  table: string,
  count: number,
  { created, changed }: { readonly created: readonly unknown[]; readonly changed: readonly unknown[] },
  gone: number,
): Tally {
  return {
    table,
    created: created.length,
    changed: changed.length,
    unchanged: count - created.length - changed.length,
    ...(gone > 0 ? { note: `${gone} lines that the file does not have any more were taken away` } : {}),
  };
}

async function replaceLines(
  tx: SqlTx,
  target: UpsertTarget,
  owner: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<{ created: Record<string, string>[]; changed: Record<string, string>[]; gone: number }> {
  const gone = await deleteOthers(tx, { ...target, owner }, rows);
  const { created, changed } = await upsertRows<Record<string, string>>(tx, target, rows);
  return { created: [...created], changed: [...changed], gone };
}

async function writeItemRecipes(
  domain: Inventory,
  tx: SqlTx,
  recipes: NonNullable<ImportRows['recipes']>,
): Promise<Tally> {
  const line = {
    size: recipes.filter(({ size }) => size !== undefined),
    item: recipes.filter(({ size }) => size === undefined),
  };
  const items = line.item.map(({ item, ingredient, quantity }) => ({
    menu_item_id: item,
    ingredient_id: ingredient,
    quantity,
  }));
  const usual = await replaceLines(tx, byItem, ['menu_item_id'], items);
  const sizes = line.size.map(({ item, size, ingredient, quantity }) => ({
    size_id: size,
    menu_item_id: item,
    ingredient_id: ingredient,
    quantity,
  }));
  // A size's lines of one item: another item's in the same size (of a combo) are not theirs.
  const ofSizes = await replaceLines(tx, bySize, ['size_id', 'menu_item_id'], sizes);
  const itemIds = [...new Set(items.map((row) => row.menu_item_id))];
  if (usual.created.length + usual.changed.length + usual.gone > 0) await tellStores(domain, tx, itemIds);
  return tallyOf(
    'recipes',
    recipes.length,
    { created: [...usual.created, ...ofSizes.created], changed: [...usual.changed, ...ofSizes.changed] },
    usual.gone + ofSizes.gone,
  );
}

async function tellStores(domain: Inventory, tx: SqlTx, itemIds: readonly string[]): Promise<void> {
  const stores = await tx.$queryRawUnsafe<{ id: string }[]>(
    'SELECT DISTINCT store_id::text AS id FROM stock ORDER BY 1',
  );
  for (const batch of inBatches(stores, storesAtOnce))
    await announceMakeability(
      domain,
      tx,
      batch.map(({ id }) => id),
      itemIds,
    );
}
