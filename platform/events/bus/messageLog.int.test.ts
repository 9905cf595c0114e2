import pg from 'pg';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { until } from '#platform/testkit/until.ts';
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

  it('does not read what this process has published, and skips nothing that others published before', async () => {
    const { url } = await databaseOf('platform/events/bus/migrations');
    const pool = testPool({ connectionString: url, max: 2 });
    const others = new pg.Client({ connectionString: url });
    let looks = 0;
    const counted = {
      query: (text: string, values: unknown[]) => {
        if (text.includes('unnest($1::text[], $2::int[]')) looks += 1;
        return pool.query(text, values);
      },
    } as unknown as pg.Pool;
    const messages = new MessageLog(counted, pino({ level: 'silent' }));
    const heard: unknown[] = [];
    let told = 0;
    try {
      await others.connect();
      others.on('notification', ({ payload }) => void messages.hear(payload!).then(() => (told += 1)));
      await others.query('listen bus_message');
      await pool.query(`select bus.ensure_topic('own.v1', 4, interval '7 days')`);
      await messages.watch(['own.v1']);
      messages.tail('own.v1', ({ key, value }) => heard.push(`${key}${String(value)}`));
      await messages.publish('own.v1', [{ key: 'a', value: 1 }]);
      await messages.publish(
        'own.v1',
        ['a', 'b', 'c', 'a'].map((key) => ({ key, value: 2 })),
      );
      await until(() => told === 2);
      expect(heard).toEqual(['a1', 'a2', 'b2', 'c2', 'a2']);
      expect(looks).toBe(0);

      await others.query('begin');
      await others.query(`select bus.publish('own.v1', '{a,b}', '{3,3}')`);
      const own = messages.publish('own.v1', [{ key: 'a', value: 4 }]);
      await others.query('commit');
      await own;
      await until(() => heard.length === 8);
      expect(heard.filter((each) => String(each).startsWith('a'))).toEqual(['a1', 'a2', 'a2', 'a3', 'a4']);
      expect(looks).toBeGreaterThan(0);
    } finally {
      await messages.close();
      await others.end();
      await pool.end();
    }
  });
});
