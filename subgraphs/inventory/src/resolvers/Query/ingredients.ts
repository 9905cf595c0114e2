import type { QueryResolvers } from '#generated/inventory/resolvers.ts';
import { ingredientList, readIngredientPage } from '../../stockQueries.ts';

export const ingredients: QueryResolvers['ingredients'] = async (_parent, args, { domain }) => {
  const page = ingredientList.page(args);
  const rows = await readIngredientPage(domain.db, { after: page.after, limit: page.limit + 1 });
  return ingredientList.connection(rows, page, ({ name, id }) => [name['en'] ?? '', id]);
};
