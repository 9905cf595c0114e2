import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { given, textsOf } from '../editInput.ts';
import { editCategoryAs } from '../editMenuAs.ts';

export const createMenuCategory: MutationResolvers['createMenuCategory'] = (_parent, { input }, context) =>
  editCategoryAs(context, {
    mutation: 'createMenuCategory',
    input,
    edit: {
      kind: 'CATEGORY',
      id: context.domain.newId(),
      create: true,
      seen: null,
      fields: given({ name: textsOf(input.name), position: input.position }),
    },
  });
