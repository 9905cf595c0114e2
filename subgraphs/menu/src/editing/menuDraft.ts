import { isId } from '#platform/domain/id.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import type { EditRefusal, MenuEdit } from './menuEdit.ts';

/** Edits of the menu that are to be published together. */
export interface MenuDraft {
  readonly id: string;
  readonly name: string;
  readonly state: 'OPEN' | 'SCHEDULED' | 'PUBLISHED' | 'DISCARDED' | 'FAILED';
  /** Counts the changes of the draft, from 1 on. */
  readonly version: number;
  readonly edits: readonly MenuEdit[];
  readonly publishAt: Date | null;
  /** For a draft that could not be published: the edit that was refused, and why. */
  readonly problem: { readonly index: number; readonly refusal: EditRefusal } | null;
}

const columns = `id::text, name, state, version, edits, publish_at AS "publishAt", problem`;

/** A draft whose row is locked until the transaction ends; undefined when there is none. */
export async function lockDraft(tx: SqlTx, id: string): Promise<MenuDraft | undefined> {
  if (!isId(id)) return undefined;
  const rows = await tx.$queryRawUnsafe<MenuDraft[]>(
    `SELECT ${columns} FROM menu_draft WHERE id = $1::uuid FOR UPDATE`,
    id,
  );
  return rows[0];
}

export async function readDraft(sql: SqlTx, id: string): Promise<MenuDraft | null> {
  if (!isId(id)) return null;
  const rows = await sql.$queryRawUnsafe<MenuDraft[]>(`SELECT ${columns} FROM menu_draft WHERE id = $1::uuid`, id);
  return rows[0] ?? null;
}

/** The drafts that wait to be published, or could not be, those first that were changed last; at most 100. */
export const readDrafts = (sql: SqlTx): Promise<MenuDraft[]> =>
  sql.$queryRawUnsafe<MenuDraft[]>(
    `SELECT ${columns} FROM menu_draft WHERE state IN ('OPEN', 'SCHEDULED', 'FAILED') ORDER BY changed_at DESC, id LIMIT 100`,
  );

type Change = Partial<Pick<MenuDraft, 'state' | 'edits' | 'problem'>> & { readonly publishAt?: string };

/** Writes what is told of a draft that the transaction has locked; it has the next version then. */
export async function changeDraft(tx: SqlTx, id: string, change: Change, now: Date): Promise<void> {
  await tx.$executeRawUnsafe(
    `UPDATE menu_draft SET state = coalesce($2, state), edits = coalesce($3::jsonb, edits), problem = coalesce($4::jsonb, problem),
       publish_at = coalesce($5::timestamptz, publish_at), version = version + 1, changed_at = $6::timestamptz WHERE id = $1::uuid`,
    id,
    change.state ?? null,
    change.edits ? JSON.stringify(change.edits) : null,
    change.problem ? JSON.stringify(change.problem) : null,
    change.publishAt ?? null,
    now.toISOString(),
  );
}
