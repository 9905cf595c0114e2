import type { ChangeMenuItemInput, CreateMenuItemInput } from '#generated/menu/resolvers.ts';
import type { ItemFields } from '../editing/menuEdit.ts';
import { given, textsOf } from './editInput.ts';

type Input = Omit<CreateMenuItemInput, 'kind'> | ChangeMenuItemInput;

/** What an input says of an item; new parts get their ids here. */
export const itemFields = (input: Input, newId: () => string): ItemFields =>
  given<ItemFields>({
    categoryId: input.categoryId,
    position: input.position,
    name: textsOf(input.name),
    description: textsOf(input.description),
    taxClass: input.taxClass,
    allergens: input.allergens,
    kilocalories: input.kilocalories,
    sizes: input.sizes?.map((size) => ({
      id: size.id ?? newId(),
      name: textsOf(size.name) ?? {},
      isDefault: size.isDefault,
    })),
    groupIds: input.modifierGroupIds,
    slots: input.slots?.map((slot) => ({
      id: slot.id ?? newId(),
      name: textsOf(slot.name) ?? {},
      required: slot.required,
      choices: slot.menuItemIds,
    })),
  });
