import type pg from 'pg';

/**
 * A probe asks every few seconds, and gives up soon after; a database that answers later than that is no use to clients
 * either.
 */
const answersWithinMs = 2_000;
/** While all connections are lent out: one that came back so long ago says that the database answered. */
const returnedWithinMs = 5_000;

/**
 * Whether the database of a pool answers, for a health check. Where all its connections are lent out a statement would
 * wait behind those of clients, and say of a busy database that it is down, by which every replica would be taken away
 * at once; it is then told by a connection that came back well a moment ago.
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
