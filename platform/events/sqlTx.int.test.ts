import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PreparingClient } from '#platform/postgres/preparingClient.ts';
import { emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { isInfrastructureFailure } from './failure.ts';
import { inTransaction } from './sqlTx.ts';

let pool: pg.Pool;
beforeAll(async () => {
  pool = new pg.Pool({ Client: PreparingClient, connectionString: (await emptyDatabase()).url, max: 2 });
  pool.on('error', () => undefined);
  await pool.query('create table counter (n int)');
  await pool.query('insert into counter values (0)');
});
afterAll(() => pool.end());

it('a transaction that waits for longer than its limit is undone, and its connection is not used again', async () => {
  const holder = await pool.connect();
  await holder.query('begin');
  await holder.query('lock table counter in access exclusive mode');
  // More often than the pool has connections: each is given back.
  for (let n = 0; n < 3; n += 1) {
    const failure: unknown = await inTransaction(
      pool,
      async (tx) => {
        await tx.$executeRawUnsafe(`create table made${n} (n int)`);
        await tx.$executeRawUnsafe('update counter set n = n + $1::int', 1);
      },
      100,
    ).catch((error: unknown) => error);
    expect(String(failure)).toContain('longer than 100 ms');
    expect(isInfrastructureFailure(failure)).toBe(true);
  }
  await holder.query('commit');
  holder.release();
  const { rows } = await pool.query(`select n, to_regclass('made0') as made from counter`);
  expect(rows).toEqual([{ n: 0, made: null }]);
  await inTransaction(pool, (tx) => tx.$executeRawUnsafe('update counter set n = n + $1::int', 1), 60_000);
  expect((await pool.query('select n from counter')).rows).toEqual([{ n: 1 }]);
});
