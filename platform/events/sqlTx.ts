import type pg from 'pg';

/**
 * What the event code needs of an open transaction; Prisma's interactive transaction fits.
 * Parameters are `$1`, `$2`, … and are cast in the statement (`$1::uuid`, `$2::jsonb`): Prisma sends strings as text.
 */
export interface SqlTx {
  $queryRawUnsafe<T = unknown>(sql: string, ...params: unknown[]): Promise<T>;
  $executeRawUnsafe(sql: string, ...params: unknown[]): Promise<number>;
}

/** A plain `pg` connection in Prisma's clothes. The caller begins and ends the transaction. */
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
 * Lends a connection of the pool, which drops it if it broke meanwhile. For pools of `PreparingClient`: another that
 * breaks while nobody queries it ends the process.
 */
export async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}

/** Runs `work` in a transaction of its own on a connection of the pool. */
export const inTransaction = <T>(pool: pg.Pool, work: (tx: SqlTx) => Promise<T>): Promise<T> =>
  transact(pool, 'begin', work);

/** Runs reads that belong together: all see the database as of the first of them. */
export const inSnapshot = <T>(pool: pg.Pool, work: (tx: SqlTx) => Promise<T>): Promise<T> =>
  transact(pool, 'begin isolation level repeatable read read only', work);

const transact = <T>(pool: pg.Pool, begin: string, work: (tx: SqlTx) => Promise<T>): Promise<T> =>
  withClient(pool, async (client) => {
    await client.query(begin);
    try {
      const result = await work(sqlTx(client));
      await client.query('commit');
      return result;
    } catch (error) {
      // If even that fails the connection is broken, and the transaction is over anyway.
      await client.query('rollback').catch(() => undefined);
      throw error;
    }
  });
