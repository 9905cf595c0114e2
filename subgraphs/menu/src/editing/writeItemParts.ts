import type { SqlTx } from '#platform/events/sqlTx.ts';
import { upsertRows } from '#platform/postgres/upsertRows.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Image } from '../catalogue.ts';
import type { SizeFields, SlotFields } from './menuEdit.ts';

/** Sizes that are not told are sold no longer, and stay readable for orders. */
export async function writeSizes(tx: SqlTx, itemId: string, sizes: readonly SizeFields[], now: Date): Promise<void> {
  await upsertRows(
    tx,
    { table: 'item_size', key: ['id'], columns: ['item_id', 'position', 'name', 'is_default', 'removed_at'] },
    sizes.map(({ id, name, isDefault }, position) => ({
      id,
      item_id: itemId,
      position,
      name,
      is_default: isDefault,
      removed_at: null,
    })),
  );
  await tx.$executeRawUnsafe(
    `UPDATE item_size SET removed_at = $3::timestamptz
     WHERE item_id = $1::uuid AND removed_at IS NULL AND NOT id = ANY ($2::uuid[])`,
    itemId,
    sizes.map(({ id }) => id),
    now.toISOString(),
  );
}

export async function writeGroups(tx: SqlTx, itemId: string, groupIds: readonly string[]): Promise<void> {
  await tx.$executeRawUnsafe('DELETE FROM item_modifier_group WHERE item_id = $1::uuid', itemId);
  await tx.$executeRawUnsafe(
    `INSERT INTO item_modifier_group (item_id, group_id, position)
     SELECT $1::uuid, told.id, told.ordinality - 1 FROM unnest($2::uuid[]) WITH ORDINALITY AS told (id, ordinality)`,
    itemId,
    groupIds,
  );
}

export async function writeImages(tx: SqlTx, itemId: string, images: readonly Image[]): Promise<void> {
  await tx.$executeRawUnsafe('DELETE FROM item_image WHERE item_id = $1::uuid', itemId);
  await tx.$executeRawUnsafe(
    `INSERT INTO item_image (item_id, size, path, width, height, bytes)
     SELECT $1::uuid, told.* FROM jsonb_to_recordset($2::jsonb) AS told (size text, path text, width int, height int, bytes int)`,
    itemId,
    JSON.stringify(images),
  );
}

/** A choice keeps its id, and so its surcharge, as long as the same item can fill the same slot. */
export async function writeSlots(tx: SqlTx, comboId: string, slots: readonly SlotFields[]): Promise<void> {
  const ids = slots.map(({ id }) => id);
  const choices = slots.flatMap((slot) =>
    slot.choices.map((itemId, position) => ({
      id: seedId('choice', `${slot.id}/${itemId}`),
      slot_id: slot.id,
      item_id: itemId,
      position,
    })),
  );
  await tx.$executeRawUnsafe(
    `DELETE FROM slot_choice c USING combo_slot s WHERE s.id = c.slot_id AND s.combo_id = $1::uuid AND NOT EXISTS (
       SELECT FROM jsonb_to_recordset($2::jsonb) AS told (slot_id uuid, item_id uuid)
       WHERE told.slot_id = c.slot_id AND told.item_id = c.item_id)`,
    comboId,
    JSON.stringify(choices),
  );
  await tx.$executeRawUnsafe(
    'DELETE FROM combo_slot WHERE combo_id = $1::uuid AND NOT id = ANY ($2::uuid[])',
    comboId,
    ids,
  );
  await upsertRows(
    tx,
    { table: 'combo_slot', key: ['id'], columns: ['combo_id', 'position', 'name', 'required'] },
    slots.map(({ id, name, required }, position) => ({ id, combo_id: comboId, position, name, required })),
  );
  await upsertRows(
    tx,
    { table: 'slot_choice', key: ['slot_id', 'item_id'], columns: ['position'], onInsert: ['id'] },
    choices,
  );
}
