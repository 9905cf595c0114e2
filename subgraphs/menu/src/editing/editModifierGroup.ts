import type { SqlTx } from '#platform/events/sqlTx.ts';
import { upsertRows } from '#platform/postgres/upsertRows.ts';
import { chainLimits } from '#schema/chainLimits.ts';
import { boundsProblem, hasTwice, nameProblem } from './checkTexts.ts';
import { invalid, type EditRefusal, type GroupFields, type MenuEdit, type ModifierFields } from './menuEdit.ts';
import { staleness } from './staleness.ts';

type GroupEdit = Extract<MenuEdit, { kind: 'MODIFIER_GROUP' }>;

interface Choices {
  readonly min: number;
  readonly max: number;
  /** How many choices the modifiers allow altogether. */
  readonly allowed: number;
}

/** Writes a new group of modifiers, or changes one. Undefined when it is done. */
export async function editModifierGroup(tx: SqlTx, edit: GroupEdit, now: Date): Promise<EditRefusal | undefined> {
  const { id, fields, create } = edit;
  if (!create) {
    const refusal = await staleness(tx, 'modifier_group', edit);
    if (refusal) return refusal;
  }
  const problem =
    nameProblem('name', fields.name, create) ?? modifiersProblem(fields.modifiers) ?? (await foreign(tx, edit));
  if (problem) return problem;
  const choices = choicesOf(fields, await storedChoices(tx, id));
  const impossible = choicesProblem(choices);
  if (impossible && !fields.retired) return impossible;
  await tx.$executeRawUnsafe(
    create
      ? 'INSERT INTO modifier_group (id, name, min, max) VALUES ($1::uuid, $2::jsonb, $3::int, $4::int)'
      : `UPDATE modifier_group SET name = name || coalesce($2::jsonb, '{}'), min = $3::int, max = $4::int WHERE id = $1::uuid`,
    id,
    fields.name ? JSON.stringify(fields.name) : null,
    choices.min,
    choices.max,
  );
  if (fields.modifiers) await writeModifiers(tx, id, fields.modifiers, now);
  if (fields.retired) await retire(tx, id, now);
  return undefined;
}

const modifiersProblem = (modifiers: readonly ModifierFields[] = []): EditRefusal | undefined =>
  (modifiers.length > 100 || hasTwice(modifiers.map(({ id }) => id))
    ? invalid('modifiers', 'Give at most 100 modifiers, each once.')
    : undefined) ??
  modifiers
    .map(
      ({ name, maxQuantity }) =>
        nameProblem('modifiers', name) ?? boundsProblem('modifiers', maxQuantity, 1, chainLimits.ofModifier),
    )
    .find((problem) => problem !== undefined);

/** An id of a modifier that the group does not have. */
async function foreign(tx: SqlTx, { id, fields }: GroupEdit): Promise<EditRefusal | undefined> {
  const known = await tx.$queryRawUnsafe<{ id: string }[]>(
    'SELECT id::text FROM modifier WHERE id = ANY ($1::uuid[]) AND group_id <> $2::uuid',
    (fields.modifiers ?? []).map((modifier) => modifier.id),
    id,
  );
  return known.length > 0 ? invalid('modifiers', `Modifier ${known[0]!.id} belongs to another group.`) : undefined;
}

async function storedChoices(tx: SqlTx, id: string): Promise<Choices> {
  const [row] = await tx.$queryRawUnsafe<Choices[]>(
    `SELECT g.min, g.max, (SELECT coalesce(sum(m.max_quantity), 0)::int FROM modifier m
       WHERE m.group_id = g.id AND m.removed_at IS NULL) AS allowed FROM modifier_group g WHERE g.id = $1::uuid`,
    id,
  );
  return row ?? { min: 0, max: 1, allowed: 0 };
}

const choicesOf = ({ min, max, modifiers }: GroupFields, stored: Choices): Choices => ({
  min: min ?? stored.min,
  max: max ?? stored.max,
  allowed: modifiers ? modifiers.reduce((sum, { maxQuantity }) => sum + maxQuantity, 0) : stored.allowed,
});

const choicesProblem = ({ min, max, allowed }: Choices): EditRefusal | undefined =>
  boundsProblem('min', min, 0, chainLimits.requiredChoices) ??
  boundsProblem('max', max, Math.max(1, min), chainLimits.choices) ??
  (allowed < min ? invalid('min', `Guests could make ${allowed} choices at most: nobody could order.`) : undefined);

async function writeModifiers(
  tx: SqlTx,
  groupId: string,
  modifiers: readonly ModifierFields[],
  now: Date,
): Promise<void> {
  await upsertRows(
    tx,
    {
      table: 'modifier',
      key: ['id'],
      columns: ['group_id', 'position', 'name', 'max_quantity', 'allergens', 'removed_at'],
    },
    modifiers.map(({ id, name, maxQuantity, allergens }, position) => ({
      id,
      group_id: groupId,
      position,
      name,
      max_quantity: maxQuantity,
      allergens,
      removed_at: null,
    })),
  );
  await removeModifiers(
    tx,
    groupId,
    modifiers.map(({ id }) => id),
    now,
  );
}

const removeModifiers = (tx: SqlTx, groupId: string, kept: readonly string[], now: Date): Promise<number> =>
  tx.$executeRawUnsafe(
    `UPDATE modifier SET removed_at = $3::timestamptz
     WHERE group_id = $1::uuid AND removed_at IS NULL AND NOT id = ANY ($2::uuid[])`,
    groupId,
    kept,
    now.toISOString(),
  );

/** No item has the group any more; orders that name its modifiers still find them. */
async function retire(tx: SqlTx, groupId: string, now: Date): Promise<void> {
  await removeModifiers(tx, groupId, [], now);
  await tx.$executeRawUnsafe('DELETE FROM item_modifier_group WHERE group_id = $1::uuid', groupId);
  await tx.$executeRawUnsafe(
    'UPDATE modifier_group SET retired_at = $2::timestamptz WHERE id = $1::uuid',
    groupId,
    now.toISOString(),
  );
}
