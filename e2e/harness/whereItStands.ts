import pg from 'pg';
import type { TestSystem } from './startTestSystem.ts';

/** How a text may stand somewhere: as it is, as the bytes that PostgreSQL shows in hexadecimal, or in base64. */
const forms = (secret: string): string[] => {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, '').slice(0, -1)];
};

/** Those of the secrets that stand in a text, in whatever form. */
export const foundIn = (text: string, secrets: readonly string[]): string[] =>
  secrets.filter((secret) => forms(secret).some((form) => text.includes(form)));

/**
 * The tables of all databases of the system in which one of the secrets stands, in whatever column: what a dump of them
 * would tell. Events, messages on the bus, what sagas remember, webhooks and dead letters are among them.
 */
export async function foundInDatabases(
  { databases, subgraph }: TestSystem,
  secrets: readonly string[],
): Promise<string[]> {
  const anyUrl = new URL(subgraph('orders').domain.pool.options.connectionString!);
  const patterns = secrets.flatMap(forms).map((form) => `%${form.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`);
  const found: string[] = [];
  for (const [name, database] of Object.entries(databases)) {
    anyUrl.pathname = `/${database}`;
    const client = new pg.Client({ connectionString: anyUrl.href });
    await client.connect();
    try {
      const { rows: tables } = await client.query<{ name: string }>(
        `select format('%I.%I', schemaname, tablename) as name from pg_tables
         where schemaname not in ('pg_catalog', 'information_schema')`,
      );
      for (const { name: table } of tables) {
        const { rows } = await client.query(`select from ${table} t where t::text like any ($1) limit 1`, [patterns]);
        if (rows.length > 0) found.push(`${name}: ${table}`);
      }
    } finally {
      await client.end();
    }
  }
  return found;
}
