import type pg from 'pg';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { MessageLog } from './messageLog.ts';

describe('the log of the bus as a process reads it', () => {
  it('skips nothing that comes while it looks for what has expired', async () => {
    const { url } = await databaseOf('platform/events/bus/migrations');
    const pool = testPool({ connectionString: url, max: 2 });
    const publish = (...bodies: string[]) =>
      pool.query('select bus.publish($1, $2, $3)', ['late.v1', bodies.map(() => 'a'), bodies]);
    // What a page finds is handed over only once the next message is there.
    const slow = {
      query: async (text: string, values: unknown[]) => {
        const found = await pool.query(text, values);
        if (text.includes('m."offset" < $4')) {
          await publish('"new"');
          messages.look();
          await messages.read('late.v1', 0, 2, AbortSignal.timeout(20_000));
        }
        return found;
      },
    } as unknown as pg.Pool;
    const messages = new MessageLog(slow, pino({ level: 'silent' }));
    try {
      await pool.query(`select bus.ensure_topic('late.v1', 1, interval '7 days')`);
      await publish('"old"', '"older"');
      await pool.query('delete from bus.message');
      await messages.watch(['late.v1']);
      // A new group begins at the beginning, of which nothing is left.
      const heard = await messages.read('late.v1', 0, 0, AbortSignal.timeout(3_000));
      expect(heard.map(({ value }) => value)).toEqual(['new']);
    } finally {
      await messages.close();
      await pool.end();
    }
  });
});
