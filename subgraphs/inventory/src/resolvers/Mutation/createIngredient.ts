import type { MutationResolvers } from '#generated/inventory/resolvers.ts';
import { createIngredient as command } from '../../commands/editIngredient.ts';
import { ingredientResult, textsOf } from '../ingredientResult.ts';

export const createIngredient: MutationResolvers['createIngredient'] = async (
  _parent,
  { input },
  { domain, principal },
) => ingredientResult(await command(domain, principal, { ...input, name: textsOf(input.name) }));
