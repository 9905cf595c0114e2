import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { changeMenuItemPrice as command } from '../../commands/changeMenuItemPrice.ts';
import { menuItemNotFound } from '../menuItemNotFound.ts';

const instant = (value: string | null | undefined): Date | null => (value ? new Date(value) : null);

export const changeMenuItemPrice: MutationResolvers['changeMenuItemPrice'] = async (
  _parent,
  { input },
  { domain, principal, loaders },
) => {
  const outcome = await command(domain, principal, {
    ...input,
    country: input.country ?? null,
    storeId: input.storeId ?? null,
    validFrom: instant(input.validFrom),
    validUntil: instant(input.validUntil),
  });
  switch (outcome.kind) {
    case 'invalid':
      return { __typename: 'MenuPriceInvalid', field: outcome.field, message: outcome.message };
    case 'itemNotFound':
      return menuItemNotFound;
    case 'priceListNotFound':
      return {
        __typename: 'MenuPriceListNotFound',
        message: 'This country or store has no price list. Check the country code or the store id.',
      };
    case 'done': {
      const item = (await loaders.catalogue()).items.get(outcome.menuItemId);
      const { amount, currency, exponent, validFrom, validUntil } = outcome;
      return item
        ? {
            __typename: 'ChangeMenuItemPriceSuccess',
            item,
            price: { amount, currency, exponent },
            validFrom,
            validUntil,
          }
        : menuItemNotFound;
    }
  }
};
