import { isId } from '#platform/domain/id.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import { hasTwice, nameProblem } from './checkTexts.ts';
import type { ItemEdit } from './editItem.ts';
import { invalid, type EditRefusal, type SlotFields } from './menuEdit.ts';

const count = async (tx: SqlTx, statement: string, ...values: unknown[]): Promise<number> =>
  (await tx.$queryRawUnsafe<{ count: number }[]>(`SELECT count(*)::int AS count FROM ${statement}`, ...values))[0]!
    .count;

/** What is wrong with that of which an item consists, and with where it stands on the menu. */
export async function partsProblem(tx: SqlTx, edit: ItemEdit): Promise<EditRefusal | undefined> {
  const { fields } = edit;
  return (
    (await categoryProblem(tx, fields.categoryId)) ??
    (await sizesProblem(tx, edit)) ??
    (await groupsProblem(tx, fields.groupIds)) ??
    (await slotsProblem(tx, edit))
  );
}

async function categoryProblem(tx: SqlTx, id: string | undefined): Promise<EditRefusal | undefined> {
  if (id === undefined) return undefined;
  const found = isId(id) && (await count(tx, 'category WHERE id = $1::uuid AND retired_at IS NULL', id));
  return found ? undefined : invalid('categoryId', 'The menu has no such category.');
}

async function sizesProblem(tx: SqlTx, { id, fields: { sizes } }: ItemEdit): Promise<EditRefusal | undefined> {
  if (!sizes || sizes.length === 0) return undefined;
  const ids = sizes.map((size) => size.id);
  if (sizes.length > 20 || hasTwice(ids)) return invalid('sizes', 'Give at most 20 sizes, each once.');
  if (sizes.filter(({ isDefault }) => isDefault).length !== 1)
    return invalid('sizes', 'Exactly one size is the usual one.');
  if (await count(tx, 'item_size WHERE id = ANY ($1::uuid[]) AND item_id <> $2::uuid', ids, id))
    return invalid('sizes', 'A size with one of these ids belongs to another item.');
  return sizes.map(({ name }) => nameProblem('sizes', name)).find((problem) => problem !== undefined);
}

async function groupsProblem(tx: SqlTx, ids: readonly string[] = []): Promise<EditRefusal | undefined> {
  if (ids.length > 20 || hasTwice(ids)) return invalid('modifierGroupIds', 'Give at most 20 groups, each once.');
  const known = ids.every(isId)
    ? await count(tx, 'modifier_group WHERE id = ANY ($1::uuid[]) AND retired_at IS NULL', ids)
    : -1;
  return known === ids.length ? undefined : invalid('modifierGroupIds', 'There is no group with one of these ids.');
}

async function slotsProblem(tx: SqlTx, edit: ItemEdit): Promise<EditRefusal | undefined> {
  const { id, create, fields } = edit;
  const combo =
    create === null
      ? (await count(tx, "menu_item WHERE id = $1::uuid AND kind = 'COMBO'", id)) > 0
      : create === 'COMBO';
  const slots = fields.slots ?? (create === 'COMBO' ? [] : undefined);
  if (!slots) return undefined;
  if (!combo) return slots.length === 0 ? undefined : invalid('slots', 'A simple item has no slots.');
  if (slots.length === 0 || slots.length > 10 || hasTwice(slots.map((slot) => slot.id)))
    return invalid('slots', 'A combo has 1 to 10 slots, each once.');
  const foreign = 'combo_slot WHERE id = ANY ($1::uuid[]) AND combo_id <> $2::uuid';
  if (
    await count(
      tx,
      foreign,
      slots.map((slot) => slot.id),
      id,
    )
  )
    return invalid('slots', 'A slot with one of these ids belongs to another combo.');
  return choicesProblem(tx, slots);
}

async function choicesProblem(tx: SqlTx, slots: readonly SlotFields[]): Promise<EditRefusal | undefined> {
  for (const { name, choices } of slots) {
    const problem = nameProblem('slots', name);
    if (problem) return problem;
    if (choices.length === 0 || choices.length > 100 || hasTwice(choices))
      return invalid('slots', 'A slot has 1 to 100 items, each once.');
  }
  const ids = [...new Set(slots.flatMap(({ choices }) => choices))];
  const simple = ids.every(isId)
    ? await count(tx, "menu_item WHERE id = ANY ($1::uuid[]) AND kind = 'SIMPLE' AND removed_at IS NULL", ids)
    : -1;
  return simple === ids.length
    ? undefined
    : invalid('slots', 'Only simple items that are on the menu can fill a slot: one of these ids is no such item.');
}
