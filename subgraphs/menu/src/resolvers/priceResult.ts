import type { Context } from '../context.ts';
import type { MenuEditOutcome } from '../commands/editMenu.ts';
import type { PriceList } from '../catalogue.ts';
import { readDraft } from '../editing/menuDraft.ts';
import type { PriceFields } from '../editing/menuEdit.ts';
import { catalogueNow, menuItemNotFound } from './editResult.ts';

async function listOf({ loaders }: Context, { country, storeIds }: PriceFields): Promise<PriceList | undefined> {
  if (country === null) return (await loaders.storeMenu.load(storeIds[0]!))?.list;
  return [...(await loaders.catalogue()).priceLists.values()].find((list) => list.country === country);
}

/** What `changeMenuItemPrice` answers. */
export async function priceResult(
  context: Context,
  outcome: MenuEditOutcome,
  fields: PriceFields,
  draftId: string | null,
) {
  switch (outcome.kind) {
    case 'invalid':
      return { __typename: 'MenuPriceInvalid' as const, field: outcome.field, message: outcome.message };
    case 'priceListNotFound':
      return {
        __typename: 'MenuPriceListNotFound' as const,
        message: 'This country or store has no price list. Check the country code or the store id.',
      };
    case 'drafted':
      return {
        __typename: 'MenuEditDrafted' as const,
        id: fields.subjectId,
        draft: (await readDraft(context.domain.db, draftId!))!,
      };
    case 'done': {
      const item = (await catalogueNow(context)).items.get(outcome.id);
      const list = await listOf(context, fields);
      if (!item || !list) return menuItemNotFound;
      const { amount, validFrom, validUntil } = fields;
      return {
        __typename: 'ChangeMenuItemPriceSuccess' as const,
        item,
        price: { amount, currency: list.currency, exponent: list.exponent },
        validFrom: validFrom !== null && validFrom > outcome.at ? validFrom : outcome.at,
        validUntil,
      };
    }
    default:
      return menuItemNotFound;
  }
}
