import { withLineFeeds } from '#platform/subgraph/lineEnds.ts';
import type { IngredientTextInput } from '#generated/inventory/resolvers.ts';
import type { IngredientOutcome } from '../commands/editIngredient.ts';
import { changedMeanwhile } from './changedMeanwhile.ts';
import { stockInputProblem } from './stockChangeResult.ts';

export const ingredientNotFound = {
  __typename: 'IngredientNotFound',
  message: 'There is no ingredient with this id. Check it.',
} as const;

export const textsOf = (texts: readonly IngredientTextInput[]): Record<string, string> =>
  Object.fromEntries(texts.map(({ locale, text }) => [locale.toLowerCase(), withLineFeeds(text.trim())]));

/** What an edit of an ingredient answers. */
export function ingredientResult(outcome: IngredientOutcome) {
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'IngredientEdited', ingredient: outcome.ingredient } as const;
    case 'changedMeanwhile':
      return {
        __typename: 'IngredientChangedMeanwhile',
        ...changedMeanwhile('the ingredient', outcome.ingredient, outcome),
        ingredient: outcome.ingredient,
      } as const;
    case 'invalid':
      return stockInputProblem(outcome);
    case 'notFound':
      return ingredientNotFound;
  }
}
