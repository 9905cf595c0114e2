import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { editCategoryAs } from '../editMenuAs.ts';

export const retireMenuCategory: MutationResolvers['retireMenuCategory'] = (_parent, { input }, context) =>
  editCategoryAs(context, {
    mutation: 'retireMenuCategory',
    input,
    edit: {
      kind: 'CATEGORY',
      id: input.categoryId,
      create: false,
      seen: input.expectedVersion,
      fields: { retired: true },
    },
  });
