import type { IngredientsQuery, RecipeLineInput } from '#generated/bffs/staff/operations.ts';

export type Ingredient = NonNullable<IngredientsQuery['ingredients']>['edges'][number]['node'];

/**
 * The lines of a recipe as a form has them: an amount by the id of each ingredient, and one more ingredient, `more`,
 * with its `amount`. What has no amount, or 0, is not in the recipe.
 */
export function linesOf(
  values: Readonly<Record<string, string>>,
  ingredients: readonly Pick<Ingredient, 'id'>[],
): RecipeLineInput[] {
  const { more, amount, ...amounts } = values;
  const all = more ? { ...amounts, [more]: amount } : amounts;
  return ingredients.flatMap(({ id: ingredientId }) => {
    const quantity = Number(all[ingredientId] ?? '0');
    return quantity > 0 ? [{ ingredientId, quantity }] : [];
  });
}
