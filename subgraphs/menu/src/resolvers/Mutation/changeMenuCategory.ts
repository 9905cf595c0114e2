import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { given, textsOf } from '../editInput.ts';
import { editCategoryAs } from '../editMenuAs.ts';

export const changeMenuCategory: MutationResolvers['changeMenuCategory'] = (_parent, { input }, context) =>
  editCategoryAs(context, {
    mutation: 'changeMenuCategory',
    input,
    edit: {
      kind: 'CATEGORY',
      id: input.categoryId,
      create: false,
      seen: input.expectedVersion,
      fields: given({ name: textsOf(input.name), position: input.position }),
    },
  });
