import type { TestSystem } from './startTestSystem.ts';

/**
 * Cuts all connections to a domain's database and refuses new ones, as if its server were down; `open` allows them
 * again.
 */
export async function shutDatabase(system: TestSystem, domain: string): Promise<{ open(): Promise<void> }> {
  // The connection is to the database of another domain, because this role owns all of them.
  const { pool } = system.subgraph(domain === 'stores' ? 'menu' : 'stores').domain;
  const {
    rows: [database],
  } = await system.subgraph(domain).domain.pool.query<{ name: string }>('select current_database() as name');
  const { name } = database!;
  await pool.query(`alter database ${name} allow_connections false`);
  await pool.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  return { open: async () => void (await pool.query(`alter database ${name} allow_connections true`)) };
}
