import type { ChangeModifierGroupInput, CreateModifierGroupInput } from '#generated/menu/resolvers.ts';
import type { GroupFields } from '../editing/menuEdit.ts';
import { given, textsOf } from './editInput.ts';

/** What an input says of a group of extras; new extras get their ids here. */
export const groupFields = (
  input: CreateModifierGroupInput | ChangeModifierGroupInput,
  newId: () => string,
): GroupFields =>
  given<GroupFields>({
    name: textsOf(input.name),
    min: input.min,
    max: input.max,
    modifiers: input.modifiers?.map((modifier) => ({
      id: modifier.id ?? newId(),
      name: textsOf(modifier.name) ?? {},
      maxQuantity: modifier.maxQuantity,
      allergens: [...new Set(modifier.allergens)].sort(),
    })),
  });
