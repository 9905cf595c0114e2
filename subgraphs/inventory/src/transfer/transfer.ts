import type { Transfer } from '#platform/transfer/transfer.ts';
import type { ImportRows } from '#schema/import/tables.ts';
import type { Inventory } from '../context.ts';
import { readStock } from './readStock.ts';
import { writeRecipes } from './writeRecipes.ts';
import { writeStockLevels } from './writeStockLevels.ts';

/** Ingredients, recipes and what stores begin with. */
export const transfer: Transfer<Inventory> = {
  async ids({ db }) {
    const ingredients = await db.ingredient.findMany({ select: { id: true } });
    return { ingredient: ingredients.map(({ id }) => id) };
  },
  check: () => Promise.resolve([]),
  async write(domain, tables: ImportRows, run) {
    const recipes = await writeRecipes(domain, tables, run);
    return [...recipes, ...(await writeStockLevels(domain, tables, run))];
  },
  read: readStock,
};
