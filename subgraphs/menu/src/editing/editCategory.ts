import type { SqlTx } from '#platform/events/sqlTx.ts';
import { chainLimits } from '#schema/chainLimits.ts';
import { boundsProblem, nameProblem } from './checkTexts.ts';
import { invalid, type EditRefusal, type MenuEdit } from './menuEdit.ts';
import { staleness } from './staleness.ts';

type CategoryEdit = Extract<MenuEdit, { kind: 'CATEGORY' }>;

/** Writes a new category, or changes one. Undefined when it is done. */
export async function editCategory(tx: SqlTx, edit: CategoryEdit, now: Date): Promise<EditRefusal | undefined> {
  const { id, fields, create } = edit;
  if (!create) {
    const refusal = await staleness(tx, 'category', edit);
    if (refusal) return refusal;
  }
  const problem =
    nameProblem('name', fields.name, create) ?? boundsProblem('position', fields.position, 0, chainLimits.position);
  if (problem) return problem;
  if (fields.retired) {
    const [row] = await tx.$queryRawUnsafe<{ items: number }[]>(
      'SELECT count(*)::int AS items FROM menu_item WHERE category_id = $1::uuid AND removed_at IS NULL',
      id,
    );
    if (row!.items > 0)
      return invalid('categoryId', `${row!.items} items are in this category: move or remove them first.`);
  }
  await tx.$executeRawUnsafe(
    create
      ? `INSERT INTO category (id, name, position)
         VALUES ($1::uuid, $2::jsonb, coalesce($3::int, (SELECT coalesce(max(position), 0) + 1 FROM category)))`
      : `UPDATE category SET name = name || coalesce($2::jsonb, '{}'), position = coalesce($3::int, position) WHERE id = $1::uuid`,
    id,
    fields.name ? JSON.stringify(fields.name) : null,
    fields.position ?? null,
  );
  if (fields.retired)
    await tx.$executeRawUnsafe(
      'UPDATE category SET retired_at = $2::timestamptz WHERE id = $1::uuid AND retired_at IS NULL',
      id,
      now.toISOString(),
    );
  return undefined;
}
