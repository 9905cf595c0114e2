import pg from 'pg';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { StartupError } from '#platform/config/startupError.ts';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { migrateDbos } from './dbosInternals.ts';
import { makeSagaTables } from './sagaTables.ts';

const log = pino({ level: 'silent' });

/** Makes the tables as a process does that starts: over connections of its own. */
async function startsOn(databaseUrl: string): Promise<void> {
  const pool = testPool({ connectionString: databaseUrl, max: 2 });
  try {
    await makeSagaTables({ databaseUrl, pool, log });
  } finally {
    await pool.end();
  }
}

describe('the tables of the sagas', () => {
  it('are made once by the processes of all domains, which start together on an empty database', async () => {
    const { url } = await databaseOf();
    const starts = await Promise.allSettled(Array.from({ length: 8 }, () => startsOn(url)));
    expect(starts.filter(({ status }) => status === 'rejected')).toEqual([]);

    const pool = testPool({ connectionString: url, max: 1 });
    try {
      const versions = 'SELECT version FROM dbos.dbos_migrations';
      const { rows: after } = await pool.query(versions);
      await migrateDbos(url, pool, log);
      expect((await pool.query(versions)).rows).toEqual(after);
      expect((await pool.query('SELECT 1 FROM saga_host.executor')).rowCount).toBe(0);
    } finally {
      await pool.end();
    }
  });

  it('are not waited for without end: who waits says who is asked about it', async () => {
    const { url } = await databaseOf();
    const holder = new pg.Client({ connectionString: url });
    const pool = testPool({ connectionString: url, max: 1 });
    await holder.connect();
    try {
      await holder.query(`SELECT pg_advisory_lock(hashtextextended('saga tables', 0))`);
      const waiting = makeSagaTables({ databaseUrl: url, pool, log, withinMs: 10 });
      await expect(waiting).rejects.toThrow(StartupError);
      await expect(waiting).rejects.toThrow(/migrating the tables of the sagas .*pg_stat_activity/);
    } finally {
      await Promise.all([holder.end(), pool.end()]);
    }
    await startsOn(url);
  });
});
