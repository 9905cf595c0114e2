import type pg from 'pg';
import { StartupError } from '#platform/config/startupError.ts';

/** The part of a Prisma client's data model that is read here. */
interface DataModel {
  readonly models: Readonly<
    Record<
      string,
      {
        readonly dbName: string | null;
        readonly fields: readonly { readonly name: string; readonly dbName?: string | null; readonly kind: string }[];
      }
    >
  >;
}

/**
 * Checks at the start that the database has every table and column of the Prisma models. If a migration was forgotten,
 * the start fails, rather than, much later, the first query that uses the column.
 * @throws StartupError naming the first table or column of the Prisma client's models that the database lacks
 */
export async function checkTables(domain: string, pool: Pick<pg.Pool, 'query'>, client: object): Promise<void> {
  const { _runtimeDataModel: dataModel } = client as { _runtimeDataModel?: DataModel };
  if (!dataModel) return;
  const { rows } = await pool.query<{ table: string; columns: string[] }>(
    `SELECT table_name AS table, array_agg(column_name::text) AS columns FROM information_schema.columns WHERE table_schema = ANY (current_schemas(false)) GROUP BY table_name`,
  );
  const known = new Map(rows.map(({ table, columns }) => [table, new Set(columns)]));
  for (const [model, { dbName, fields }] of Object.entries(dataModel.models)) {
    const table = dbName ?? model;
    const columns = known.get(table);
    const missing = fields.find(({ kind, name, dbName: column }) => kind !== 'object' && !columns?.has(column ?? name));
    const what = columns
      ? missing && `the column "${missing.dbName ?? missing.name}" of the table "${table}"`
      : `the table "${table}"`;
    if (what)
      throw new StartupError(
        `The database of ${domain} lacks ${what}, which subgraphs/${domain}/prisma/schema.prisma has: add a migration to subgraphs/${domain}/prisma/migrations.`,
      );
  }
}
