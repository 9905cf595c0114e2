import type { MutationResolvers } from '#generated/inventory/resolvers.ts';
import { changeIngredient as command } from '../../commands/editIngredient.ts';
import { ingredientResult, textsOf } from '../ingredientResult.ts';

export const changeIngredient: MutationResolvers['changeIngredient'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const { name, unit = null, ...edit } = input;
  return ingredientResult(await command(domain, principal, { ...edit, unit, name: name ? textsOf(name) : null }));
};
