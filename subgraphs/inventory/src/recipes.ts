import type { SqlTx } from '#platform/events/sqlTx.ts';
import { isId } from '#platform/domain/id.ts';
import { recordEdits } from '#platform/subgraph/edits.ts';
import { InventoryRecipeChanged } from '#schema/events/inventory.ts';
import type { Inventory } from './context.ts';

/** What a recipe is of: an item in its usual size or in another one, or an extra. */
export interface RecipeOf {
  readonly menuItemId: string | null;
  readonly sizeId: string | null;
  readonly modifierId: string | null;
}

export interface RecipeView extends RecipeOf {
  readonly version: number;
  readonly lines: readonly RecipeLineView[];
}

export interface RecipeLineView {
  readonly ingredientId: string;
  readonly quantity: number;
}

interface Place {
  readonly table: 'recipe_line' | 'size_recipe_line' | 'modifier_recipe_line';
  /** The columns that say whose line it is, and their values. */
  readonly owner: Readonly<Record<string, string>>;
}

/** Where the lines of a recipe are kept; undefined when it is of nothing, or of two things. */
export function placeOf({ menuItemId, sizeId, modifierId }: RecipeOf): Place | undefined {
  if (modifierId !== null)
    return menuItemId === null && sizeId === null && isId(modifierId)
      ? { table: 'modifier_recipe_line', owner: { modifier_id: modifierId } }
      : undefined;
  if (menuItemId === null || !isId(menuItemId)) return undefined;
  if (sizeId === null) return { table: 'recipe_line', owner: { menu_item_id: menuItemId } };
  return isId(sizeId) ? { table: 'size_recipe_line', owner: { size_id: sizeId, menu_item_id: menuItemId } } : undefined;
}

/** The name under which the changes of a recipe are counted and remembered. */
export const recipeSubject = ({ menuItemId, sizeId, modifierId }: RecipeOf): string =>
  `RECIPE:${modifierId ?? menuItemId}:${sizeId ?? ''}`;

/** A recipe as it is; undefined when there cannot be one of that. */
export async function readRecipe(sql: SqlTx, of: RecipeOf): Promise<RecipeView | undefined> {
  const place = placeOf(of);
  if (!place) return undefined;
  const [head] = await sql.$queryRawUnsafe<{ version: number }[]>(
    'SELECT version FROM recipe_version WHERE subject = $1',
    recipeSubject(of),
  );
  const columns = Object.keys(place.owner);
  const lines = await sql.$queryRawUnsafe<RecipeLineView[]>(
    `SELECT ingredient_id::text AS "ingredientId", quantity FROM ${place.table}
     WHERE ${columns.map((column, index) => `${column} = $${index + 1}::uuid`).join(' AND ')} ORDER BY ingredient_id`,
    ...Object.values(place.owner),
  );
  return { ...of, version: head?.version ?? 0, lines };
}

/** Counts and remembers that recipes changed, and tells of it. */
export async function recordRecipes(
  domain: Inventory,
  tx: SqlTx,
  changed: readonly RecipeOf[],
  at: Date,
): Promise<void> {
  if (changed.length === 0) return;
  const written = await tx.$queryRawUnsafe<{ subject: string; version: number }[]>(
    `INSERT INTO recipe_version (subject, version) SELECT DISTINCT subject, 1 FROM unnest($1::text[]) AS subject
     ON CONFLICT (subject) DO UPDATE SET version = recipe_version.version + 1 RETURNING subject, version`,
    changed.map(recipeSubject),
  );
  await recordEdits(
    tx,
    written.map((row) => ({ ...row, fields: ['lines'] })),
    at,
  );
  const bySubject = new Map(changed.map((of) => [recipeSubject(of), of]));
  await domain.events.appendAll(
    tx,
    [...bySubject.values()].map(({ menuItemId, sizeId, modifierId }) => ({
      expectedVersion: null,
      events: [InventoryRecipeChanged.of({ menuItemId, sizeId, modifierId, at: at.toISOString() })],
    })),
  );
}
