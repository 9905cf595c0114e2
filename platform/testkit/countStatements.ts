import pg from 'pg';
import type { TestCluster } from './clusterSetup.ts';

export interface StatementCount {
  /**
   * Statements that clients sent, each a round trip: BEGIN, which is sent together with the first statement of its
   * transaction, is none, and those within functions are part of the call of the function.
   */
  readonly statements: number;
  /** How many of them ended a transaction that the client had begun. */
  readonly commits: number;
}

/**
 * How often each of these databases of the run's cluster was asked while the work was done, by whomever: what polls
 * meanwhile is counted, too.
 */
export async function countStatements(
  databases: readonly string[],
  work: () => Promise<void>,
): Promise<Map<string, StatementCount>> {
  const client = new pg.Client((JSON.parse(process.env['TEST_CLUSTER'] ?? '') as TestCluster).adminUrl);
  await client.connect();
  try {
    await client.query('create extension if not exists pg_stat_statements');
    const before = await counted(client, databases);
    await work();
    const after = await counted(client, databases);
    return new Map(
      databases.map((database) => {
        const [first, last] = [before.get(database), after.get(database)];
        return [
          database,
          {
            statements: (last?.statements ?? 0) - (first?.statements ?? 0),
            commits: (last?.commits ?? 0) - (first?.commits ?? 0),
          },
        ];
      }),
    );
  } finally {
    await client.end();
  }
}

async function counted(client: pg.Client, databases: readonly string[]): Promise<Map<string, StatementCount>> {
  const { rows } = await client.query<StatementCount & { database: string }>(
    `select d.datname as database, sum(s.calls)::float8 as statements,
       coalesce(sum(s.calls) filter (where s.query ilike 'commit%'), 0)::float8 as commits
     from pg_stat_statements s join pg_database d on d.oid = s.dbid
     where s.toplevel and s.query not ilike 'begin%' and d.datname = any ($1) group by 1`,
    [databases],
  );
  return new Map(rows.map((row) => [row.database, row]));
}
