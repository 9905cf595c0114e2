import type pg from 'pg';
import { cut } from '#platform/postgres/hungDatabases.ts';

/**
 * What the event code needs of an open transaction. Prisma's interactive transactions have these methods.
 * Write parameters as `$1`, `$2`, … and cast them in the statement (`$1::uuid`, `$2::jsonb`): Prisma sends strings as
 * text.
 */
export interface SqlTx {
  $queryRawUnsafe<T = unknown>(sql: string, ...params: unknown[]): Promise<T>;
  $executeRawUnsafe(sql: string, ...params: unknown[]): Promise<number>;
}

/** A statement whose parameters come after as many others. */
export const shifted = (sql: string, by: number): string =>
  sql.replace(/\$(\d+)/g, (_, place) => `$${Number(place) + by}`);

/** Wraps a plain `pg` connection as an `SqlTx`. The caller begins and ends the transaction. */
export function sqlTx(client: Pick<pg.ClientBase, 'query'> | Pick<pg.Pool, 'query'>): SqlTx {
  return {
    async $queryRawUnsafe<T>(sql: string, ...params: unknown[]) {
      return (await client.query(sql, params)).rows as T;
    },
    async $executeRawUnsafe(sql, ...params) {
      return (await client.query(sql, params)).rowCount ?? 0;
    },
  };
}

/**
 * Runs `work` with a connection of the pool; one that broke meanwhile is dropped from the pool. The pool must consist
 * of `PreparingClient`s: another client's connection that breaks while no query runs would end the process.
 */
export async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}

/**
 * Runs `work` in a transaction of its own on a connection of the pool.
 *
 * @param limitMs after so long the connection is cut, and so the transaction undone: a server that does not answer, or
 *   a lock that nobody frees, would hold the connection and the caller for hours
 */
export const inTransaction = <T>(pool: pg.Pool, work: (tx: SqlTx) => Promise<T>, limitMs?: number): Promise<T> =>
  transact(pool, 'begin', work, limitMs);

/** Runs reads in one read-only transaction: all of them see the database as of the first one. */
export const inSnapshot = <T>(pool: pg.Pool, work: (tx: SqlTx) => Promise<T>): Promise<T> =>
  transact(pool, 'begin isolation level repeatable read read only', work);

const transact = <T>(pool: pg.Pool, begin: string, work: (tx: SqlTx) => Promise<T>, limitMs?: number): Promise<T> =>
  withClient(pool, async (client) => {
    await client.query(begin);
    let isLate = false;
    const late =
      limitMs &&
      setTimeout(() => {
        isLate = true;
        cut(client as unknown as pg.Client);
      }, limitMs);
    try {
      const result = await work(sqlTx(client));
      await client.query('commit');
      return result;
    } catch (error) {
      // If the rollback fails, the connection is broken, and the server ends the transaction by itself.
      await client.query('rollback').catch(() => undefined);
      if (isLate)
        throw Object.assign(new Error(`a transaction took longer than ${limitMs} ms`, { cause: error }), {
          code: 'ETIMEDOUT',
        });
      throw error;
    } finally {
      clearTimeout(late);
    }
  });
