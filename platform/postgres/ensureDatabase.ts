import pg from 'pg';
import { firstConnection } from './firstConnection.ts';
import type { Cluster } from './startCluster.ts';

export interface DatabaseSpec {
  readonly database: string;
  /** The role that owns the database. It gets a password of its own; only it and the superuser may connect. */
  readonly role: string;
  /** A database to copy. Nobody may be connected to it meanwhile. */
  readonly template?: string;
}

/**
 * Makes the role and the database unless they exist. Roles cannot connect to each other's databases.
 * @returns the database's URL with the role's password, and whether the database is new
 */
export async function ensureDatabase(
  cluster: Pick<Cluster, 'adminUrl' | 'passwordOf' | 'url'>,
  spec: DatabaseSpec,
): Promise<{ url: string; created: boolean }> {
  const client = await firstConnection(cluster.adminUrl);
  try {
    await ensureRole(client, spec.role, cluster.passwordOf(spec.role));
    return { url: cluster.url(spec.database, spec.role), created: await createDatabase(client, spec) };
  } finally {
    await client.end();
  }
}

async function ensureRole(client: pg.Client, role: string, password: string): Promise<void> {
  const known = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  const verb = known.rowCount ? 'ALTER' : 'CREATE';
  try {
    await client.query(`${verb} ROLE ${pg.escapeIdentifier(role)} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  }
}

async function createDatabase(client: pg.Client, { database, role, template }: DatabaseSpec): Promise<boolean> {
  const known = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
  if (known.rowCount) return false;
  const name = pg.escapeIdentifier(database);
  try {
    await client.query(
      `CREATE DATABASE ${name} OWNER ${pg.escapeIdentifier(role)}${template ? ` TEMPLATE ${pg.escapeIdentifier(template)}` : ''}`,
    );
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
    return false;
  }
  await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  return true;
}

/**
 * Whether an error says that another process has made the same role or database meanwhile: duplicate_object,
 * duplicate_database, a unique_violation in the catalogue, or a concurrent update of it.
 */
function isAlreadyThere(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return ['42710', '42P04', '23505'].includes(code ?? '') || /tuple concurrently updated/.test(message ?? '');
}
