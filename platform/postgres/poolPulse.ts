import type pg from 'pg';

/**
 * How long a health check waits for the database. Probes come every few seconds and give up soon; a database that
 * answers later is of no use to clients either.
 */
const answersWithinMs = 2_000;
/** While all connections are in use: if one was given back within this time, the database counts as answering. */
const returnedWithinMs = 5_000;

/**
 * Makes a health check that tells whether a pool's database answers. It sends a statement. While all connections of the
 * pool are in use, that statement would wait behind those of clients and make a busy database look dead, and a load
 * balancer would turn away from all replicas at once: so then the check looks whether a connection came back intact a
 * moment ago.
 */
export function poolPulse(pool: pg.Pool): () => Promise<boolean> {
  let returnedAt = Number.NEGATIVE_INFINITY;
  pool.on('release', (error: Error | boolean | undefined) => {
    if (!error) returnedAt = performance.now();
  });
  return async () => {
    const isFull = pool.idleCount === 0 && pool.totalCount >= pool.options.max;
    if (isFull && performance.now() - returnedAt < returnedWithinMs) return true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), answersWithinMs);
    });
    const answered = pool.query('SELECT 1').then(
      () => true,
      () => false,
    );
    return Promise.race([answered, late]).finally(() => clearTimeout(timer));
  };
}
