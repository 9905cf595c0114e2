import type { Context } from '../context.ts';
import { editMenu } from '../commands/editMenu.ts';
import type { MenuEdit } from '../editing/menuEdit.ts';
import { editResult, ofItem } from './editResult.ts';

type Of<Kind extends MenuEdit['kind']> = Extract<MenuEdit, { kind: Kind }>;

interface Input {
  readonly idempotencyKey: string;
  readonly draftId?: string | null | undefined;
}

/** An edit of an item, a category or a group, as the mutation of this name asks for it. */
interface Asked<Edit extends MenuEdit> {
  readonly mutation: string;
  readonly input: Input;
  readonly edit: Edit;
}

const make = ({ domain, principal }: Context, { mutation, input, edit }: Asked<MenuEdit>) => {
  const { idempotencyKey, ...body } = input;
  return editMenu(domain, principal, { mutation, idempotencyKey, body, draftId: input.draftId ?? null, edit });
};

const target = ({ input, edit }: Asked<MenuEdit>) => ({
  kind: edit.kind,
  id: edit.id,
  draftId: input.draftId ?? null,
});

export const editItemAs = async (context: Context, asked: Asked<Of<'ITEM'>>) =>
  editResult(context, target(asked), await make(context, asked), {
    edited: ({ item }) => ({ __typename: 'MenuItemEdited' as const, item: item! }),
    ...ofItem,
  });

export const editCategoryAs = async (context: Context, asked: Asked<Of<'CATEGORY'>>) =>
  editResult(context, target(asked), await make(context, asked), {
    edited: ({ category }) => ({ __typename: 'MenuCategoryEdited' as const, category: category! }),
    stale: ({ category }) => ({ __typename: 'MenuCategoryChangedMeanwhile' as const, category: category! }),
    missing: {
      __typename: 'MenuCategoryNotFound' as const,
      message: 'The menu has no category with this id. Check it: it may have been retired.',
    },
  });

export const editGroupAs = async (context: Context, asked: Asked<Of<'MODIFIER_GROUP'>>) =>
  editResult(context, target(asked), await make(context, asked), {
    edited: ({ group }) => ({ __typename: 'ModifierGroupEdited' as const, group: group! }),
    stale: ({ group }) => ({ __typename: 'ModifierGroupChangedMeanwhile' as const, group: group! }),
    missing: {
      __typename: 'ModifierGroupNotFound' as const,
      message: 'No group of extras has this id. Check it: it may have been retired.',
    },
  });
