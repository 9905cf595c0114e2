import type { Context } from '../context.ts';
import type { Catalogue } from '../catalogue.ts';
import type { MenuEditOutcome } from '../commands/editMenu.ts';
import { readDraft, type MenuDraft } from '../editing/menuDraft.ts';
import type { EditRefusal, MenuEdit } from '../editing/menuEdit.ts';
import { loaders } from '../loaders.ts';

export const menuItemNotFound = {
  __typename: 'MenuItemNotFound',
  message: 'No item has this id. Check it.',
} as const;

const inputProblem = (field: string, message: string) => ({ __typename: 'MenuInputProblem', field, message }) as const;

/** What of the menu an edit was about, as it is now. */
const subjectIn = (catalogue: Catalogue, kind: MenuEdit['kind'], id: string) => ({
  item: kind === 'ITEM' ? (catalogue.items.get(id) ?? null) : null,
  category: kind === 'CATEGORY' ? (catalogue.categories.find((category) => category.id === id) ?? null) : null,
  group: kind === 'MODIFIER_GROUP' ? (catalogue.groups.get(id) ?? null) : null,
});

/** Why an edit was refused, for a person. */
export function refusalMessage(refusal: EditRefusal): string {
  switch (refusal.kind) {
    case 'invalid':
      return refusal.message;
    case 'notFound':
      return 'What it edits is not on the menu any more.';
    case 'priceListNotFound':
      return 'The country or a store has no price list.';
    case 'changedMeanwhile':
      return `Somebody edited it: it is at version ${refusal.version}. Look at it, and edit that.`;
  }
}

/** The catalogue after an edit: that of the request may have been read before it. */
export const catalogueNow = ({ domain }: Context): Promise<Catalogue> => loaders(domain).catalogue();

type Subject = ReturnType<typeof subjectIn>;

async function draftedIn(draftId: string, id: string, { domain }: Context) {
  const draft = (await readDraft(domain.db, draftId)) as MenuDraft;
  return { __typename: 'MenuEditDrafted', id, draft } as const;
}

/** Types of the answers of an edit that depend on what it edits, made from what is edited as it is now. */
interface Answers<Edited, Stale, Missing> {
  readonly edited: (subject: Subject) => Edited;
  readonly stale: (subject: Subject) => Stale;
  readonly missing: Missing;
}

/** What an edit of the menu answers. */
export async function editResult<Edited, Stale, Missing>(
  context: Context,
  edit: { readonly kind: MenuEdit['kind']; readonly id: string; readonly draftId: string | null },
  outcome: MenuEditOutcome,
  { edited, stale, missing }: Answers<Edited, Stale, Missing>,
) {
  const subject = async (id: string) => subjectIn(await catalogueNow(context), edit.kind, id);
  switch (outcome.kind) {
    case 'done':
      return edited(await subject(outcome.id));
    case 'drafted':
      return draftedIn(edit.draftId!, outcome.id, context);
    case 'changedMeanwhile':
      return {
        ...stale(await subject(edit.id)),
        message: refusalMessage(outcome),
        changedFields: [...outcome.fields],
      };
    case 'invalid':
      return inputProblem(outcome.field, outcome.message);
    case 'notFound':
      return missing;
    case 'priceListNotFound':
      throw new Error('only a price needs a price list');
  }
}

/** The answers of edits of an item but for `edited`. */
export const ofItem = {
  stale: ({ item }: Subject) => ({ __typename: 'MenuItemChangedMeanwhile' as const, item: item! }),
  missing: menuItemNotFound,
};
