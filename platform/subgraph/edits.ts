interface SqlTx {
  $queryRawUnsafe<T = unknown>(sql: string, ...params: unknown[]): Promise<T>;
  $executeRawUnsafe(sql: string, ...params: unknown[]): Promise<number>;
}

/** An edit of a thing, such as `item:<id>`: the version that it has since then, and the fields that are different. */
export interface Edit {
  readonly subject: string;
  readonly version: number;
  readonly fields: readonly string[];
}

/** Remembers which fields edits changed. Call it in the transaction of the edits, while the things are locked. */
export async function recordEdits(tx: SqlTx, edits: readonly Edit[], at: Date): Promise<void> {
  if (edits.length === 0) return;
  await tx.$executeRawUnsafe(
    `INSERT INTO platform.edit (subject, version, fields, at)
     SELECT e.subject, e.version, ARRAY(SELECT jsonb_array_elements_text(e.fields)), $2::timestamptz
     FROM jsonb_to_recordset($1::jsonb) AS e (subject text, version int, fields jsonb)`,
    JSON.stringify(edits),
    at.toISOString(),
  );
}

/** The fields of a thing that edits after `version` changed, in alphabetical order. */
export async function fieldsChangedSince(tx: SqlTx, subject: string, version: number): Promise<string[]> {
  const rows = await tx.$queryRawUnsafe<{ field: string }[]>(
    'SELECT DISTINCT unnest(fields) AS field FROM platform.edit WHERE subject = $1 AND version > $2::int ORDER BY 1',
    subject,
    version,
  );
  return rows.map(({ field }) => field);
}
