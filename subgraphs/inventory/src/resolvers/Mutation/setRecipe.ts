import type { MutationResolvers } from '#generated/inventory/resolvers.ts';
import { setRecipe as command } from '../../commands/setRecipe.ts';
import { changedMeanwhile } from '../changedMeanwhile.ts';
import { ingredientNotFound } from '../ingredientResult.ts';
import { recipeOf } from '../recipeOf.ts';
import { stockInputProblem } from '../stockChangeResult.ts';

export const setRecipe: MutationResolvers['setRecipe'] = async (_parent, { input }, { domain, principal }) => {
  const outcome = await command(domain, principal, { ...input, of: recipeOf(input.of) });
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'RecipeSet', recipe: outcome.recipe };
    case 'changedMeanwhile':
      return {
        __typename: 'RecipeChangedMeanwhile',
        ...changedMeanwhile('the recipe', outcome.recipe, outcome),
        recipe: outcome.recipe,
      };
    case 'invalid':
      return stockInputProblem(outcome);
    case 'notFound':
      return ingredientNotFound;
  }
};
