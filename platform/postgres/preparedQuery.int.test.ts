import type pg from 'pg';
import { beforeEach, afterEach, describe, expect, it, vi } from 'vitest';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { PreparingClient } from './preparingClient.ts';

let pool: pg.Pool;
let client: pg.PoolClient;
let plain: pg.Pool;
beforeEach(async () => {
  const { url } = await databaseOf();
  pool = testPool({ Client: PreparingClient, connectionString: url, max: 1 });
  plain = testPool({ connectionString: url, max: 1 });
  await plain.query('CREATE TABLE thing (id int PRIMARY KEY, name text, at timestamptz, more jsonb, bytes bytea)');
  await plain.query(
    `INSERT INTO thing VALUES (1, 'one', '2026-01-01', '{"a": [1]}', '\\x00ff'), (2, null, null, null, null)`,
  );
  client = await pool.connect();
});
afterEach(async () => {
  client.release();
  await pool.end();
  await plain.end();
});

/** How often the client writes to its socket while `work` runs. */
async function writes(work: () => Promise<unknown>): Promise<number> {
  const { stream } = (client as unknown as { connection: { stream: { write(): boolean } } }).connection;
  const write = vi.spyOn(stream, 'write');
  await work();
  const { length } = write.mock.calls;
  write.mockRestore();
  return length;
}

const often = async (text: string): Promise<void> => {
  for (let n = 0; n < 4; n += 1) await client.query(text, [0]);
};
const named = async () => (await plain.query<{ name: string }>('SELECT name FROM thing WHERE id = 1')).rows[0]!.name;

it.each([
  ['rows', 'SELECT *, id AS id FROM thing WHERE id >= $1 ORDER BY id', [1]],
  ['no rows', 'SELECT id, name FROM thing WHERE id = $1', [9]],
  ['a change', `UPDATE thing SET name = 'two' WHERE id = $1`, [2]],
  ['an insert', `INSERT INTO thing (id) VALUES ($1) ON CONFLICT DO NOTHING`, [2]],
  [
    'what an insert returns',
    `INSERT INTO thing (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = $2 RETURNING id`,
    [2, 'é€😀'],
  ],
  [
    'bytes, a list, a date and JSON',
    'SELECT $1::bytea AS a, $2::int[] AS b, $3::timestamptz AS c, $4::jsonb AS d',
    [Buffer.of(0, 255), [1, 2], new Date(0), { a: 1 }],
  ],
  ['no columns', 'SELECT FROM thing WHERE id = $1', [1]],
])('answers as the driver does: %s', async (_what, text, values) => {
  const { command, rowCount, rows } = await plain.query<pg.QueryResultRow>(text, values);
  const lists = await plain.query<unknown[]>({ text, values, rowMode: 'array' });
  for (let n = 0; n < 5; n += 1) {
    const answer = await client.query<pg.QueryResultRow>(text, values);
    expect(answer).toMatchObject({ command, rowCount, rows });
    expect(answer.fields.map(({ name, dataTypeID }) => [name, dataTypeID])).toEqual(
      lists.fields.map(({ name, dataTypeID }) => [name, dataTypeID]),
    );
    expect((await client.query<unknown[]>({ text, values, rowMode: 'array' })).rows).toEqual(lists.rows);
  }
});

it('reads values by the types that a query brings along', async () => {
  const types = { getTypeParser: () => (value: string) => `read ${value}` };
  const text = 'SELECT id FROM thing WHERE id = $1 -- read';
  for (let n = 0; n < 5; n += 1) {
    expect((await client.query({ text, values: [1], types } as pg.QueryConfig)).rows).toEqual([{ id: 'read 1' }]);
    expect((await client.query(text, [1])).rows).toEqual([{ id: 1 }]);
  }
});

it('tells a parameter that cannot be sent and a value that cannot be read, and goes on', async () => {
  const text = 'SELECT id FROM thing WHERE id = $1 AND $2::jsonb IS NOT NULL';
  for (let n = 0; n < 4; n += 1) await client.query(text, [1, {}]);
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  await expect(client.query(text, [1, circle])).rejects.toThrow('circular');
  const unreadable = {
    getTypeParser: () => () => {
      throw new Error('unreadable');
    },
  };
  await expect(client.query({ text, values: [1, {}], types: unreadable } as pg.QueryConfig)).rejects.toThrow(
    'unreadable',
  );
  expect((await client.query(text, [1, {}])).rows).toEqual([{ id: 1 }]);
});

it('refuses to copy, and goes on', async () => {
  await client.query('BEGIN');
  await expect(client.query('/* by this way */ COPY thing FROM STDIN')).rejects.toThrow('nothing is copied');
  await client.query('ROLLBACK');
  expect((await client.query('SELECT id FROM thing WHERE id = $1', [1])).rows).toEqual([{ id: 1 }]);
});

it('sends a statement by one write, also the one that prepares it', async () => {
  const text = 'SELECT name FROM thing WHERE id = $1 -- one write';
  await client.query(text, [1]);
  await client.query(text, [1]);
  for (let n = 0; n < 3; n += 1) expect(await writes(() => client.query(text, [1]))).toBe(1);
});

it('prepares anew what failed where it was first executed, whether or not the server kept it', async () => {
  const fails = '/* may fail */ SELECT 1 / $1::int AS quotient';
  const text = fails.replace('/* may fail */ ', '');
  await client.query(text, [1]);
  await client.query(text, [1]);
  await expect(client.query(text, [0])).rejects.toThrow('division by zero');
  await expect(client.query(text, [0])).rejects.toThrow('division by zero');
  expect((await client.query<{ quotient: number }>(text, [1])).rows).toEqual([{ quotient: 1 }]);
});

it.each(['awaited', 'told to a listener'])(
  'begins a transaction with the next statement if its first has a parameter that cannot be sent: %s',
  async (how) => {
    const text = 'UPDATE thing SET name = $2::jsonb::text WHERE id = $1';
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    await client.query('BEGIN');
    if (how === 'awaited') await expect(client.query(text, [1, circle])).rejects.toThrow('circular');
    else
      expect(await new Promise<Error | undefined>((resolve) => client.query(text, [1, circle], resolve))).toMatchObject(
        { message: expect.stringContaining('circular') as string },
      );
    await client.query(text, [1, {}]);
    await client.query('ROLLBACK');
    expect(await named()).toBe('one');
  },
);

describe('a transaction', () => {
  const change = `UPDATE thing SET name = 'changed' WHERE id = $1`;
  const firsts: [string, () => Promise<unknown>][] = [
    ['a statement that is prepared', () => client.query(change, [1])],
    ['a statement that is not', () => client.query(`${change} -- ${Math.random()}`, [1])],
    ['a statement without parameters', () => client.query(change.replace('$1', '1'))],
    ['a script', () => client.query(`${change.replace('$1', '1')}; SELECT 1`)],
    ['a statement of a prepared name', () => client.query({ name: 'own', text: change, values: [1] })],
  ];

  it.each(firsts)('that begins with %s is undone as a whole', async (_what, first) => {
    await often(change);
    await client.query('BEGIN');
    await first();
    const { rows } = await client.query<{ name: string }>('SELECT name FROM thing WHERE id = 1');
    expect(rows).toEqual([{ name: 'changed' }]);
    await client.query('ROLLBACK');
    expect(await named()).toBe('one');
    await first();
    expect(await named()).toBe('changed');
  });

  it('begins with the first statement, by one write', async () => {
    await often(change);
    expect(await writes(() => client.query('BEGIN'))).toBe(0);
    expect(await writes(() => client.query(change, [1]))).toBe(1);
    await client.query('COMMIT');
    expect(await named()).toBe('changed');
  });

  it('costs nothing where there is no statement', async () => {
    expect(
      await writes(async () => {
        expect((await client.query('begin isolation level serializable')).command).toBe('BEGIN');
        expect((await client.query('commit')).command).toBe('COMMIT');
        await client.query('BEGIN');
        await client.query('ROLLBACK');
      }),
    ).toBe(0);
    await client.query(change, [1]);
    expect(await named()).toBe('changed');
  });

  it('has the isolation that its BEGIN asks for', async () => {
    await client.query('begin isolation level repeatable read read only');
    expect((await client.query('SHOW transaction_isolation')).rows).toEqual([
      { transaction_isolation: 'repeatable read' },
    ]);
    await client.query('rollback');
  });

  it('that fails at its first statement does nothing more until it is rolled back', async () => {
    await often(change);
    await client.query('BEGIN');
    await expect(client.query('SELECT 1 / $1::int', [0])).rejects.toThrow('division by zero');
    await expect(client.query(change, [1])).rejects.toThrow('aborted');
    await client.query('ROLLBACK');
    expect(await named()).toBe('one');
  });

  it('sends no statement behind a BEGIN that failed', async () => {
    await often(change);
    await client.query('BEGIN');
    await expect(client.query('SELECT 1 / $1::int', [0])).rejects.toThrow('division by zero');
    await client.query('BEGIN');
    await expect(client.query(change, [1])).rejects.toThrow('aborted');
    await client.query('ROLLBACK');
    expect(await named()).toBe('one');
  });

  it('is cut off where the time of its first statement is over before it is sent', async () => {
    const slow = client.query('SELECT pg_sleep(0.2)').catch((reason: Error) => reason.message);
    await client.query('BEGIN');
    const first = { text: change, values: [1], query_timeout: 20 } as pg.QueryConfig;
    await expect(client.query(first)).rejects.toThrow('timeout');
    await expect(client.query(change, [1])).rejects.toThrow('terminated');
    expect(await slow).toContain('terminated');
    expect(await named()).toBe('one');
  });

  it('tells a listener, too', async () => {
    const heard = (text: string, values?: unknown[]) =>
      new Promise<pg.QueryResult>((resolve, reject) => {
        const hear = (error: Error | null, result: pg.QueryResult) => (error ? reject(error) : resolve(result));
        if (values) client.query(text, values, hear);
        else client.query(text, hear);
      });
    expect((await heard('BEGIN')).command).toBe('BEGIN');
    expect((await heard(`${change}; ${change}`.replaceAll('$1', '1'))) as unknown).toHaveLength(2);
    expect((await heard('COMMIT')).command).toBe('COMMIT');
    expect((await heard('SELECT id FROM thing WHERE id = $1', [1])).rows).toEqual([{ id: 1 }]);
    expect(await named()).toBe('changed');
  });
});
