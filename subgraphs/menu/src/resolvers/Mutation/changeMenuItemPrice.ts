import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { editMenu } from '../../commands/editMenu.ts';
import { priceProblem } from '../../editing/editPrice.ts';
import type { PriceFields } from '../../editing/menuEdit.ts';
import { menuItemNotFound } from '../editResult.ts';
import { priceResult } from '../priceResult.ts';

const instant = (value: string | null | undefined): string | null => (value ? new Date(value).toISOString() : null);

export const changeMenuItemPrice: MutationResolvers['changeMenuItemPrice'] = async (_parent, { input }, context) => {
  const { idempotencyKey, menuItemId, partId, country, storeId, storeIds, amount, draftId, ...window } = input;
  const subjectId = partId ?? menuItemId;
  const fields: PriceFields = {
    subjectId,
    country: country ?? null,
    storeIds: [...(storeId ? [storeId] : []), ...(storeIds ?? [])],
    amount,
    validFrom: instant(window.validFrom),
    validUntil: instant(window.validUntil),
  };
  // What a draft creates is in no catalogue yet.
  const owners = partId && !draftId ? ((await context.loaders.catalogue()).itemsPricedBy.get(partId) ?? []) : null;
  if (owners && !owners.some(({ id }) => id === menuItemId)) return menuItemNotFound;
  const outcome = await editMenu(context.domain, context.principal, {
    mutation: 'changeMenuItemPrice',
    idempotencyKey,
    body: { ...fields, menuItemId, draftId },
    draftId: draftId ?? null,
    edit: { kind: 'PRICE', id: menuItemId, fields },
    problem: (now) => priceProblem(fields, now),
  });
  return priceResult(context, outcome, fields, draftId ?? null);
};
