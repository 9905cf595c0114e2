import pg from 'pg';

/**
 * A pool of a test. `end()` resolves before its connections are gone: one that is cut off then, when the database is
 * dropped, ends nothing.
 */
export function testPool(config: pg.PoolConfig): pg.Pool {
  return new pg.Pool(config).on('error', () => undefined);
}
