import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { editMenu } from '../../commands/editMenu.ts';
import { editResult, ofItem } from '../editResult.ts';

export const removeMenuItem: MutationResolvers['removeMenuItem'] = async (_parent, { input }, context) => {
  const { idempotencyKey, draftId = null, menuItemId: id, expectedVersion: seen = null } = input;
  const known = (await context.loaders.catalogue()).items.get(id);
  if (known?.removed && seen === null) return { __typename: 'RemoveMenuItemSuccess', item: known };
  const outcome = await editMenu(context.domain, context.principal, {
    mutation: 'removeMenuItem',
    idempotencyKey: idempotencyKey ?? null,
    body: { id, draftId, seen },
    draftId,
    edit: { kind: 'ITEM', id, create: null, seen, fields: { removed: true } },
  });
  return editResult(context, { kind: 'ITEM', id, draftId }, outcome, {
    edited: ({ item }) => ({ __typename: 'RemoveMenuItemSuccess' as const, item: item! }),
    ...ofItem,
  });
};
