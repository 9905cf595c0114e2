import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { editItemAs } from '../editMenuAs.ts';
import { itemFields } from '../itemFields.ts';

export const changeMenuItem: MutationResolvers['changeMenuItem'] = (_parent, { input }, context) =>
  editItemAs(context, {
    mutation: 'changeMenuItem',
    input,
    edit: {
      kind: 'ITEM',
      id: input.menuItemId,
      create: null,
      seen: input.expectedVersion,
      fields: itemFields(input, context.domain.newId),
    },
  });
