import { inSnapshot, type SqlTx } from '#platform/events/sqlTx.ts';
import type { ImportRows } from '#schema/import/tables.ts';
import type { Inventory } from '../context.ts';

const statements = {
  ingredients: `SELECT json_build_object('key', id, 'name', name, 'unit', unit) AS row FROM ingredient ORDER BY id`,
  recipes: `SELECT row FROM (
      SELECT json_build_object('item', menu_item_id, 'ingredient', ingredient_id, 'quantity', quantity) AS row,
        menu_item_id, NULL::uuid AS size_id, ingredient_id FROM recipe_line
      UNION ALL SELECT json_build_object('item', menu_item_id, 'size', size_id, 'ingredient', ingredient_id, 'quantity', quantity),
        menu_item_id, size_id, ingredient_id FROM size_recipe_line
    ) AS lines ORDER BY menu_item_id, size_id NULLS FIRST, ingredient_id`,
  modifierRecipes: `SELECT json_build_object('modifier', modifier_id, 'ingredient', ingredient_id, 'quantity', quantity) AS row
    FROM modifier_recipe_line ORDER BY modifier_id, ingredient_id`,
  stock: `SELECT json_build_object('store', store_id, 'ingredient', ingredient_id, 'onHand', on_hand, 'reorderLevel', reorder_level) AS row
    FROM stock ORDER BY store_id, ingredient_id`,
};

const rowsOf = async (tx: SqlTx, statement: string): Promise<unknown[]> =>
  (await tx.$queryRawUnsafe<{ row: unknown }[]>(statement)).map(({ row }) => row);

/** Ingredients, recipes and what stores have on hand, as of one moment. */
export const readStock = ({ pool }: Inventory): Promise<ImportRows> =>
  inSnapshot(pool, async (tx) => {
    const tables: Record<string, unknown> = {};
    for (const [table, statement] of Object.entries(statements)) tables[table] = await rowsOf(tx, statement);
    return tables as ImportRows;
  });
