import type { SqlTx } from '#platform/events/sqlTx.ts';
import { chainLimits } from '#schema/chainLimits.ts';
import { boundsProblem, descriptionProblem, nameProblem } from './checkTexts.ts';
import { partsProblem } from './itemPartsProblem.ts';
import type { EditRefusal, MenuEdit } from './menuEdit.ts';
import { staleness } from './staleness.ts';
import { writeGroups, writeImages, writeSizes, writeSlots } from './writeItemParts.ts';

export type ItemEdit = Extract<MenuEdit, { kind: 'ITEM' }>;

/** Writes a new item, or changes one, with its sizes, groups and slots. Undefined when it is done. */
export async function editItem(tx: SqlTx, edit: ItemEdit, now: Date): Promise<EditRefusal | undefined> {
  const { id, fields, create } = edit;
  if (create === null) {
    const refusal = await staleness(tx, 'menu_item', edit);
    if (refusal) return refusal;
  }
  const problem =
    nameProblem('name', fields.name, create !== null) ??
    descriptionProblem(fields.description) ??
    boundsProblem('position', fields.position, 0, chainLimits.position) ??
    boundsProblem('kilocalories', fields.kilocalories, 0, chainLimits.kilocalories) ??
    (await partsProblem(tx, edit));
  if (problem) return problem;
  await writeItem(tx, edit, now);
  if (fields.sizes) await writeSizes(tx, id, fields.sizes, now);
  if (fields.groupIds) await writeGroups(tx, id, fields.groupIds);
  if (fields.slots) await writeSlots(tx, id, fields.slots);
  if (fields.images) await writeImages(tx, id, fields.images);
  return undefined;
}

const columnsOf = ({ fields }: ItemEdit): unknown[] => [
  fields.categoryId ?? null,
  fields.position ?? null,
  fields.taxClass ?? null,
  fields.name ? JSON.stringify(fields.name) : null,
  fields.description ? JSON.stringify(fields.description) : null,
  fields.allergens ? [...new Set(fields.allergens)].sort() : null,
  fields.kilocalories ?? null,
];

async function writeItem(tx: SqlTx, edit: ItemEdit, now: Date): Promise<void> {
  if (edit.create !== null) {
    await tx.$executeRawUnsafe(
      `INSERT INTO menu_item (id, category_id, position, tax_class, name, description, allergens, kilocalories, kind)
       VALUES ($1::uuid, $2::uuid, coalesce($3::int, (SELECT coalesce(max(position), 0) + 1 FROM menu_item WHERE category_id = $2::uuid)),
         $4, $5::jsonb, coalesce($6::jsonb, '{}'), coalesce($7::text[], '{}'), $8::int, $9)`,
      edit.id,
      ...columnsOf(edit),
      edit.create,
    );
    return;
  }
  await tx.$executeRawUnsafe(
    `UPDATE menu_item SET category_id = coalesce($2::uuid, category_id), position = coalesce($3::int, position),
       tax_class = coalesce($4, tax_class), name = name || coalesce($5::jsonb, '{}'),
       description = description || coalesce($6::jsonb, '{}'), allergens = coalesce($7::text[], allergens),
       kilocalories = coalesce($8::int, kilocalories),
       removed_at = CASE WHEN $9::boolean THEN $10::timestamptz ELSE removed_at END
     WHERE id = $1::uuid`,
    edit.id,
    ...columnsOf(edit),
    edit.fields.removed ?? false,
    now.toISOString(),
  );
}
