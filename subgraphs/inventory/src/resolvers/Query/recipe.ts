import type { QueryResolvers } from '#generated/inventory/resolvers.ts';
import { readRecipe } from '../../recipes.ts';
import { recipeOf } from '../recipeOf.ts';

export const recipe: QueryResolvers['recipe'] = async (_parent, { of }, { domain }) =>
  (await readRecipe(domain.db, recipeOf(of))) ?? null;
