import type pg from 'pg';
import type { Logger } from 'pino';

export interface DatabaseClock {
  /** The time by which a domain decides, whichever of its processes asks. */
  readonly now: () => Date;
  /** How far the clock of this process is ahead of the database's, as last measured; negative when it is behind. */
  aheadSeconds(): number;
  /**
   * Compares the clocks. A database that does not answer, or not soon enough to tell, leaves things as they are: that
   * it is away is told elsewhere.
   */
  compare(): Promise<void>;
}

/** What time servers keep machines within. A smaller difference is not told apart from the way to the database. */
const toleratedMs = 1_000;
const tries = 3;

/**
 * A clock that all processes of a database share. Processes on several machines decide together when a price begins, a
 * draft is published or a store closes: one whose own clock is wrong would do that at another time than the others, and
 * the price that it sets "now" would begin when the others think it does not. While the clock of the process agrees
 * with the database's, it is used as it is.
 */
export function createDatabaseClock(pool: Pick<pg.Pool, 'query'>, log: Pick<Logger, 'warn' | 'info'>): DatabaseClock {
  let aheadMs = 0;
  /** Set while the own clock is wrong: what the database's clock said, and when by a clock that nobody sets. */
  let read: { readonly time: number; readonly at: number } | undefined;

  async function sample() {
    const began = performance.now();
    const { rows } = await pool.query<{ time: number }>(
      'SELECT (extract(epoch from clock_timestamp()) * 1000)::float8 AS time',
    );
    const at = performance.now();
    return { time: rows[0]!.time, at: (began + at) / 2, tookMs: at - began, own: Date.now() - (at - began) / 2 };
  }

  return {
    now: () => new Date(read ? read.time + performance.now() - read.at : Date.now()),
    aheadSeconds: () => aheadMs / 1_000,
    async compare() {
      const samples = [];
      try {
        for (let each = 0; each < tries; each += 1) samples.push(await sample());
      } catch {
        return;
      }
      const best = samples.reduce((one, other) => (other.tookMs < one.tookMs ? other : one));
      if (best.tookMs > toleratedMs) return;
      aheadMs = best.own - best.time;
      const wasWrong = read !== undefined;
      read = Math.abs(aheadMs) > toleratedMs ? { time: best.time, at: best.at } : undefined;
      const aheadSeconds = Math.round(aheadMs / 1_000);
      if (read && !wasWrong)
        log.warn(
          { aheadSeconds },
          'the clock of this machine is not that of the database, which is used here until they agree: see to the time service of both',
        );
      if (!read && wasWrong) log.info('the clock of this machine agrees with that of the database again');
    },
  };
}
