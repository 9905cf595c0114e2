import type { SqlTx } from '#platform/events/sqlTx.ts';
import { deleteOthers, upsertRows, type UpsertTarget } from '#platform/postgres/upsertRows.ts';
import type { Tally, TransferRun } from '#platform/transfer/transfer.ts';
import type { ImportRows } from '#schema/import/tables.ts';
import { announceAtAllStores } from '../announceMakeability.ts';
import type { Inventory } from '../context.ts';
import { recordIngredients } from '../ingredients.ts';
import { recordRecipes } from '../recipes.ts';

const byItem = { table: 'recipe_line', key: ['menu_item_id', 'ingredient_id'], columns: ['quantity'] };
const bySize = { table: 'size_recipe_line', key: ['size_id', 'menu_item_id', 'ingredient_id'], columns: ['quantity'] };
const byModifier = { table: 'modifier_recipe_line', key: ['modifier_id', 'ingredient_id'], columns: ['quantity'] };

/** Writes ingredients and recipes in one transaction, and tells what stores can thereby make, or no longer. */
export async function writeRecipes(domain: Inventory, tables: ImportRows, run: TransferRun): Promise<Tally[]> {
  const { ingredients, recipes, modifierRecipes } = tables;
  if (!ingredients && !recipes && !modifierRecipes) return [];
  return run.batch('ingredients and recipes', async (tx) => {
    const tallies: Tally[] = [];
    const at = domain.clock();
    if (ingredients) tallies.push(await writeIngredients(domain, tx, ingredients, at));
    if (recipes) tallies.push(await writeItemRecipes(domain, tx, recipes, at, run));
    if (modifierRecipes) {
      const rows = modifierRecipes.map(({ modifier, ingredient, quantity }) => ({
        modifier_id: modifier,
        ingredient_id: ingredient,
        quantity,
      }));
      const lines = await replaceLines(tx, byModifier, ['modifier_id'], rows);
      const modifierIds = new Set(lines.owners.map((row) => row['modifier_id']!));
      await recordRecipes(
        domain,
        tx,
        [...modifierIds].map((modifierId) => ({ menuItemId: null, sizeId: null, modifierId })),
        at,
      );
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
): Promise<Replaced> {
  const gone = await deleteOthers(tx, { ...target, owner }, rows);
  const { created, changed } = await upsertRows<Record<string, string>>(tx, target, rows);
  return { created, changed, gone: gone.length, owners: [...gone, ...created, ...changed] };
}

interface Replaced {
  readonly created: readonly Record<string, string>[];
  readonly changed: readonly Record<string, string>[];
  readonly gone: number;
  /** Whose lines are others now, by the columns of the key, some of them more than once. */
  readonly owners: readonly Record<string, string>[];
}

async function writeIngredients(
  domain: Inventory,
  tx: SqlTx,
  ingredients: NonNullable<ImportRows['ingredients']>,
  at: Date,
): Promise<Tally> {
  const rows = ingredients.map(({ key, name, unit }) => ({ id: key, name, unit }));
  const written = await upsertRows<{ id: string }>(
    tx,
    { table: 'ingredient', key: ['id'], columns: ['name', 'unit'], onChange: 'version = ingredient.version + 1' },
    rows,
  );
  const changed = await tx.$queryRawUnsafe<{ id: string; version: number }[]>(
    'SELECT id::text, version FROM ingredient WHERE id = ANY ($1::uuid[])',
    written.changed.map(({ id }) => id),
  );
  const changes = [
    ...written.created.map(({ id }) => ({ id, kind: 'CREATED' as const, version: 1, fields: [] })),
    ...changed.map((row) => ({ ...row, kind: 'CHANGED' as const, fields: ['name', 'unit'] })),
  ];
  await recordIngredients(domain, tx, changes, at);
  return tallyOf('ingredients', rows.length, written, 0);
}

async function writeItemRecipes(
  domain: Inventory,
  tx: SqlTx,
  recipes: NonNullable<ImportRows['recipes']>,
  at: Date,
  { isRehearsal }: TransferRun,
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
  const different = [...usual.owners, ...ofSizes.owners].map((row) => ({
    menuItemId: row['menu_item_id']!,
    sizeId: row['size_id'] ?? null,
    modifierId: null,
  }));
  await recordRecipes(domain, tx, different, at);
  if (usual.owners.length > 0 && !isRehearsal) await announceAtAllStores(domain, tx, itemIds);
  return tallyOf(
    'recipes',
    recipes.length,
    { created: [...usual.created, ...ofSizes.created], changed: [...usual.changed, ...ofSizes.changed] },
    usual.gone + ofSizes.gone,
  );
}
