interface SqlTx {
  $queryRawUnsafe<T = unknown>(sql: string, ...params: unknown[]): Promise<T>;
}

export interface UpsertTarget {
  readonly table: string;
  /** The columns of its primary key. */
  readonly key: readonly string[];
  /** The other columns that are written. */
  readonly columns: readonly string[];
  /** Columns that a new row gets, and one that is there keeps. */
  readonly onInsert?: readonly string[];
  /** Set on a row that changes, as SQL: `version = store.version + 1`. */
  readonly onChange?: string;
}

export interface Upserted<Key> {
  /** Keys of rows that were not there. */
  readonly created: readonly Key[];
  /** Keys of rows that were there and had other values. */
  readonly changed: readonly Key[];
}

/**
 * Writes rows, each an object by column name, in one statement: new ones are inserted, those that differ are changed,
 * and those that are as they should be are not touched. The names come from code, never from a user.
 */
export async function upsertRows<Key extends object>(
  tx: SqlTx,
  { table, key, columns, onInsert = [], onChange }: UpsertTarget,
  rows: readonly object[],
): Promise<Upserted<Key>> {
  if (rows.length === 0) return { created: [], changed: [] };
  const all = [...key, ...columns, ...onInsert].join(', ');
  const list = (prefix: string): string => columns.map((column) => `${prefix}.${column}`).join(', ');
  const updates = [...columns.map((column) => `${column} = excluded.${column}`), ...(onChange ? [onChange] : [])];
  const conflict =
    columns.length === 0
      ? 'DO NOTHING'
      : `DO UPDATE SET ${updates.join(', ')} WHERE (${list(table)}) IS DISTINCT FROM (${list('excluded')})`;
  const written = await tx.$queryRawUnsafe<(Key & { inserted: boolean })[]>(
    `INSERT INTO ${table} (${all}) SELECT ${all} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)
     ON CONFLICT (${key.join(', ')}) ${conflict}
     RETURNING ${key.map((column) => `${table}.${column}::text`).join(', ')}, (xmax = 0) AS inserted`,
    JSON.stringify(rows),
  );
  return { created: written.filter(({ inserted }) => inserted), changed: written.filter(({ inserted }) => !inserted) };
}

/**
 * Deletes the rows of some owners that are not among those told, in one statement, and says whose they were: one owner
 * for each row that is gone.
 * @param owner the columns that name whose row it is
 */
export async function deleteOthers(
  tx: SqlTx,
  { table, key, owner }: { readonly table: string; readonly key: readonly string[]; readonly owner: readonly string[] },
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<readonly Readonly<Record<string, string>>[]> {
  if (rows.length === 0) return [];
  const owners = owner.join(', ');
  const match = key.map((column) => `told.${column} = ${table}.${column}`).join(' AND ');
  return tx.$queryRawUnsafe<Record<string, string>[]>(
    `WITH told AS (SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb))
     DELETE FROM ${table} WHERE (${owners}) IN (SELECT ${owners} FROM told) AND NOT EXISTS (SELECT FROM told WHERE ${match})
     RETURNING ${owner.map((column) => `${column}::text`).join(', ')}`,
    JSON.stringify(rows),
  );
}
