import { sqlTx } from '#platform/events/sqlTx.ts';
import type { Inventory } from './context.ts';
import { ingredientsOf, readRecipes } from './readRecipes.ts';
import { allocate, type RequiredLine } from './requirements.ts';
import { readStock } from './stockQueries.ts';

/**
 * Which lines, counted from 0, could not be made from what a store has free now. It reserves nothing: by the time of
 * the reservation others may have ordered.
 */
export async function checkStock(
  domain: Inventory,
  storeId: string,
  lines: readonly RequiredLine[],
): Promise<readonly number[]> {
  const db = sqlTx(domain.pool);
  const recipes = await readRecipes(db, lines);
  const keys = [...ingredientsOf(recipes)].map((ingredientId) => ({ storeId, ingredientId }));
  const stock = await readStock(db, keys);
  const free = new Map([...stock.values()].map(({ ingredientId, onHand }) => [ingredientId, onHand]));
  return allocate(lines, recipes, free).missingLines;
}
