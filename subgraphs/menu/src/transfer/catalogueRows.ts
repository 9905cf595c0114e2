import type { SqlTx } from '#platform/events/sqlTx.ts';
import { deleteOthers, upsertRows, type UpsertTarget } from '#platform/postgres/upsertRows.ts';
import type { Tally } from '#platform/transfer/transfer.ts';
import type { ImportRows } from '#schema/import/tables.ts';

const targets = {
  categories: { table: 'category', key: ['id'], columns: ['position', 'name', 'retired_at'] },
  modifierGroups: { table: 'modifier_group', key: ['id'], columns: ['name', 'min', 'max', 'retired_at'] },
  modifiers: {
    table: 'modifier',
    key: ['id'],
    columns: ['group_id', 'position', 'name', 'max_quantity', 'allergens', 'removed_at'],
  },
  sizes: { table: 'item_size', key: ['id'], columns: ['item_id', 'position', 'name', 'is_default', 'removed_at'] },
  comboSlots: { table: 'combo_slot', key: ['id'], columns: ['combo_id', 'position', 'name', 'required'] },
  comboChoices: { table: 'slot_choice', key: ['id'], columns: ['slot_id', 'item_id', 'position'] },
} as const satisfies Record<string, UpsertTarget>;

/**
 * Writes all of the catalogue but its prices. What a thing consists of is what the rows say, if they say anything of
 * it.
 */
export async function writeCatalogueRows(tx: SqlTx, tables: ImportRows, now: Date): Promise<Tally[]> {
  const tallies: Tally[] = [];
  const write = async (table: keyof typeof targets, rows: readonly object[], gone = 0): Promise<void> => {
    if (!tables[table]) return;
    const { created, changed } = await upsertRows(tx, targets[table], rows);
    tallies.push({
      table,
      created: created.length,
      changed: changed.length,
      unchanged: rows.length - created.length - changed.length,
      ...(gone > 0 ? { note: `${gone} that the file does not have any more were taken away` } : {}),
    });
  };
  await write(
    'categories',
    (tables.categories ?? []).map(({ key, position, name }) => ({ id: key, position, name })),
  );
  await write(
    'modifierGroups',
    (tables.modifierGroups ?? []).map(({ key, ...row }) => ({ id: key, ...row })),
  );
  const modifiers = (tables.modifiers ?? []).map(({ key, group, maxQuantity, ...row }) => ({
    id: key,
    group_id: group,
    max_quantity: maxQuantity,
    ...row,
  }));
  await write('modifiers', modifiers, await removeOthers(tx, 'modifier', 'group_id', modifiers, now));
  if (tables.items) tallies.push(await writeItems(tx, tables.items, now));
  const sizes = (tables.sizes ?? []).map(({ key, item, isDefault, ...row }) => ({
    id: key,
    item_id: item,
    is_default: isDefault,
    ...row,
  }));
  await write('sizes', sizes, await removeOthers(tx, 'item_size', 'item_id', sizes, now));
  const slots = (tables.comboSlots ?? []).map(({ key, combo, ...row }) => ({ id: key, combo_id: combo, ...row }));
  await write('comboSlots', slots, await deleteSlots(tx, slots));
  const choices = (tables.comboChoices ?? []).map(({ key, slot, item, position }) => ({
    id: key,
    slot_id: slot,
    item_id: item,
    position,
  }));
  await write(
    'comboChoices',
    choices,
    (await deleteOthers(tx, { ...targets.comboChoices, owner: ['slot_id'] }, choices)).length,
  );
  return tallies;
}

/** Marks the rows of some owners that are not among those told as sold no longer: orders may name them. */
async function removeOthers(
  tx: SqlTx,
  table: 'modifier' | 'item_size',
  owner: 'group_id' | 'item_id',
  rows: readonly object[],
  now: Date,
): Promise<number> {
  return tx.$executeRawUnsafe(
    `WITH told AS (SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb))
     UPDATE ${table} SET removed_at = $2::timestamptz
     WHERE removed_at IS NULL AND ${owner} IN (SELECT ${owner} FROM told) AND NOT id IN (SELECT id FROM told)`,
    JSON.stringify(rows),
    now.toISOString(),
  );
}

/** Slots that their combo does not have any more, with what could fill them. */
async function deleteSlots(tx: SqlTx, slots: readonly { id: string; combo_id: string }[]): Promise<number> {
  await tx.$executeRawUnsafe(
    `DELETE FROM slot_choice WHERE slot_id IN
       (SELECT id FROM combo_slot WHERE combo_id = ANY ($1::uuid[]) AND NOT id = ANY ($2::uuid[]))`,
    slots.map((slot) => slot.combo_id),
    slots.map(({ id }) => id),
  );
  return (await deleteOthers(tx, { ...targets.comboSlots, owner: ['combo_id'] }, slots)).length;
}

async function writeItems(tx: SqlTx, items: NonNullable<ImportRows['items']>, now: Date): Promise<Tally> {
  const ids = items.map(({ key }) => key);
  const removed = await tx.$queryRawUnsafe<{ id: string; at: string }[]>(
    "SELECT id::text, to_jsonb(removed_at) #>> '{}' AS at FROM menu_item WHERE removed_at IS NOT NULL AND id = ANY ($1::uuid[])",
    ids,
  );
  const removedAt = new Map(removed.map(({ id, at }) => [id, at]));
  const written = await upsertRows<{ id: string }>(
    tx,
    {
      table: 'menu_item',
      key: ['id'],
      columns: [
        'category_id',
        'position',
        'kind',
        'tax_class',
        'name',
        'description',
        'allergens',
        'kilocalories',
        'removed_at',
      ],
    },
    items.map((item) => ({
      id: item.key,
      category_id: item.category,
      position: item.position,
      kind: item.combo ? 'COMBO' : 'SIMPLE',
      tax_class: item.taxClass,
      name: item.name,
      description: item.description,
      allergens: item.allergens,
      kilocalories: item.kilocalories ?? null,
      removed_at: item.removed ? (removedAt.get(item.key) ?? now.toISOString()) : null,
    })),
  );
  const groups = items.flatMap(({ key, groups: keys }) =>
    keys.map((group, position) => ({ item_id: key, group_id: group, position })),
  );
  const memberships = await upsertRows<{ item_id: string }>(
    tx,
    { table: 'item_modifier_group', key: ['item_id', 'group_id'], columns: ['position'] },
    groups,
  );
  const dropped = await tx.$queryRawUnsafe<{ item_id: string }[]>(
    `DELETE FROM item_modifier_group m WHERE m.item_id = ANY ($1::uuid[]) AND NOT EXISTS (
       SELECT FROM jsonb_to_recordset($2::jsonb) AS told (item_id uuid, group_id uuid)
       WHERE told.item_id = m.item_id AND told.group_id = m.group_id) RETURNING m.item_id::text`,
    ids,
    JSON.stringify(groups),
  );
  const created = new Set(written.created.map(({ id }) => id));
  const changed = new Set([
    ...written.changed.map(({ id }) => id),
    ...[...memberships.created, ...memberships.changed, ...dropped].map((row) => row.item_id),
  ]);
  for (const id of created) changed.delete(id);
  return {
    table: 'items',
    created: created.size,
    changed: changed.size,
    unchanged: items.length - created.size - changed.size,
  };
}
