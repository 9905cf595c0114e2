import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { editGroupAs } from '../editMenuAs.ts';
import { groupFields } from '../groupFields.ts';

export const createModifierGroup: MutationResolvers['createModifierGroup'] = (_parent, { input }, context) => {
  const { newId } = context.domain;
  return editGroupAs(context, {
    mutation: 'createModifierGroup',
    input,
    edit: { kind: 'MODIFIER_GROUP', id: newId(), create: true, seen: null, fields: groupFields(input, newId) },
  });
};
