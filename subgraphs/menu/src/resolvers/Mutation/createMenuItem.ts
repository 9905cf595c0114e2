import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { editItemAs } from '../editMenuAs.ts';
import { itemFields } from '../itemFields.ts';

export const createMenuItem: MutationResolvers['createMenuItem'] = (_parent, { input }, context) => {
  const { newId } = context.domain;
  return editItemAs(context, {
    mutation: 'createMenuItem',
    input,
    edit: { kind: 'ITEM', id: newId(), create: input.kind, seen: null, fields: itemFields(input, newId) },
  });
};
