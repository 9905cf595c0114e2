import pg from 'pg';
import type { TestDatabase } from './testDatabase.ts';

/**
 * Makes a database take no writes any more, as a server that has become a standby, or one that its host protects from a
 * full disk: who was connected is cut off, and sessions that begin from now on can only read. The function that it
 * returns lets sessions write that begin after it; those from before go on as they are.
 */
export async function takesNoWrites({ name, url }: Pick<TestDatabase, 'name' | 'url'>): Promise<() => Promise<void>> {
  const asOwner = async (sql: string): Promise<void> => {
    const owner = new pg.Client({ connectionString: url, options: '-c default_transaction_read_only=off' });
    await owner.connect();
    try {
      await owner.query(sql);
    } finally {
      await owner.end();
    }
  };
  await asOwner(
    `ALTER DATABASE ${name} SET default_transaction_read_only = on;
     SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '${name}' AND pid <> pg_backend_pid()`,
  );
  return () => asOwner(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
}
