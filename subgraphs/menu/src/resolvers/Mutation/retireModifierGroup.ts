import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { editGroupAs } from '../editMenuAs.ts';

export const retireModifierGroup: MutationResolvers['retireModifierGroup'] = (_parent, { input }, context) =>
  editGroupAs(context, {
    mutation: 'retireModifierGroup',
    input,
    edit: {
      kind: 'MODIFIER_GROUP',
      id: input.modifierGroupId,
      create: false,
      seen: input.expectedVersion,
      fields: { retired: true },
    },
  });
