import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { editGroupAs } from '../editMenuAs.ts';
import { groupFields } from '../groupFields.ts';

export const changeModifierGroup: MutationResolvers['changeModifierGroup'] = (_parent, { input }, context) =>
  editGroupAs(context, {
    mutation: 'changeModifierGroup',
    input,
    edit: {
      kind: 'MODIFIER_GROUP',
      id: input.modifierGroupId,
      create: false,
      seen: input.expectedVersion,
      fields: groupFields(input, context.domain.newId),
    },
  });
