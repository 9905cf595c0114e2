import { isId } from '#platform/domain/id.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import { fieldsChangedSince } from '#platform/subgraph/edits.ts';
import { subjectOf, type EditRefusal, type MenuEdit } from './menuEdit.ts';

const gone = { category: 'retired_at', menu_item: 'removed_at', modifier_group: 'retired_at' } as const;

/**
 * Why an edit of something that exists must not be made: it does not exist, is no longer sold, or is not as its editor
 * has seen it. Undefined when the edit may go on.
 */
export async function staleness(
  tx: SqlTx,
  table: keyof typeof gone,
  { kind, id, seen }: Exclude<MenuEdit, { kind: 'PRICE' }>,
): Promise<EditRefusal | undefined> {
  if (!isId(id)) return { kind: 'notFound' };
  const [row] = await tx.$queryRawUnsafe<{ version: number }[]>(
    `SELECT version FROM ${table} WHERE id = $1::uuid AND ${gone[table]} IS NULL`,
    id,
  );
  if (!row) return { kind: 'notFound' };
  if (seen === null || seen === row.version) return undefined;
  const fields = await fieldsChangedSince(tx, subjectOf(kind, id), seen);
  return { kind: 'changedMeanwhile', version: row.version, fields };
}
