import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startCluster } from '#platform/postgres/startCluster.ts';

/** What one statement of one database took since the last reset. */
export interface StatementCost {
  readonly database: string;
  readonly text: string;
  readonly calls: number;
  /** Executing it within the server, by the clock. */
  readonly ms: number;
  /** Planning it; statements within functions are planned while their function executes. */
  readonly planMs: number;
  /** Whether it ended a transaction that the client had begun. */
  readonly transaction: boolean;
}

export interface Statements {
  /** Connects to the running server. */
  open(): Promise<void>;
  reset(): Promise<void>;
  /**
   * Statements that a client sent, without BEGIN, which goes together with the next one; those within functions are
   * part of the statement that called the function.
   */
  read(): Promise<StatementCost[]>;
  close(): Promise<void>;
}

/**
 * Prepares the folder of a PostgreSQL server that does not run yet, so that it counts statements: the library that
 * does is loaded when the server starts only.
 */
export async function statementsOf(folder: string): Promise<Statements> {
  const cluster = await startCluster({ dataDir: folder, log: () => undefined });
  const { adminUrl } = cluster;
  await asAdmin(adminUrl, async (client) => {
    await client.query(`alter system set shared_preload_libraries = 'pg_stat_statements'`);
    await client.query('alter system set compute_query_id = on');
    await client.query('alter system set pg_stat_statements.track_planning = on');
    await client.query('create extension pg_stat_statements');
  });
  await cluster.stop();
  let url = adminUrl;
  const ask = <T>(work: (client: pg.Client) => Promise<T>) => asAdmin(url, work);
  return {
    open() {
      const [, , , port] = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n');
      const address = new URL(adminUrl);
      address.port = port!;
      url = address.href;
      return Promise.resolve();
    },
    async reset() {
      await ask((client) => client.query('select pg_stat_statements_reset()'));
    },
    async read() {
      const { rows } = await ask((client) =>
        client.query<{ database: string; text: string; calls: number; ms: number; planMs: number }>(
          `select d.datname as database, regexp_replace(s.query, '\\s+', ' ', 'g') as text, sum(s.calls)::float8 as calls, sum(s.total_exec_time)::float8 as ms, sum(s.total_plan_time)::float8 as "planMs"
           from pg_stat_statements s join pg_database d on d.oid = s.dbid
           where s.toplevel and s.query not ilike 'begin%' and d.datname <> 'postgres' group by 1, 2`,
        ),
      );
      return rows.map((row) => ({ ...row, transaction: /^commit/i.test(row.text) }));
    },
    close: () => Promise.resolve(),
  };
}

async function asAdmin<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
