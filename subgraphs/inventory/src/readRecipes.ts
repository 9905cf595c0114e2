import type { SqlTx } from '#platform/events/sqlTx.ts';
import type { Recipes, RequiredLine } from './requirements.ts';

interface RecipeRow {
  readonly kind: keyof Recipes;
  readonly subject: string;
  readonly ingredient_id: string;
  readonly quantity: number;
}

/** The recipes of everything that the lines contain. One statement. */
export async function readRecipes(sql: SqlTx, lines: readonly RequiredLine[]): Promise<Recipes> {
  const sized = lines.filter((line) => line.sizeId !== '');
  const rows = await sql.$queryRawUnsafe<RecipeRow[]>(
    `SELECT 'items' AS kind, menu_item_id::text AS subject, ingredient_id::text, quantity FROM recipe_line WHERE menu_item_id = ANY($1::uuid[])
     UNION ALL
     SELECT 'modifiers', modifier_id::text, ingredient_id::text, quantity FROM modifier_recipe_line WHERE modifier_id = ANY($2::uuid[])
     UNION ALL
     SELECT 'sizes', size_id || ':' || menu_item_id, ingredient_id::text, quantity FROM size_recipe_line
     WHERE (size_id, menu_item_id) IN (SELECT * FROM unnest($3::uuid[], $4::uuid[]))`,
    lines.map((line) => line.menuItemId),
    lines.flatMap((line) => line.modifierIds),
    sized.map((line) => line.sizeId),
    sized.map((line) => line.menuItemId),
  );
  const recipes = {
    items: new Map<string, Map<string, number>>(),
    sizes: new Map<string, Map<string, number>>(),
    modifiers: new Map<string, Map<string, number>>(),
  };
  for (const { kind, subject, ingredient_id, quantity } of rows) {
    recipes[kind].set(subject, (recipes[kind].get(subject) ?? new Map<string, number>()).set(ingredient_id, quantity));
  }
  return recipes;
}

/** Every ingredient that is in one of the recipes. */
export const ingredientsOf = ({ items, sizes, modifiers }: Recipes): Set<string> =>
  new Set(
    [items, sizes, modifiers].flatMap((bySubject) => [...bySubject.values()]).flatMap((recipe) => [...recipe.keys()]),
  );
