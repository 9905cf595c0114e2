import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { inTransaction } from '#platform/events/sqlTx.ts';
import { emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { advance, type FeedHead } from './feedHead.ts';

const head: FeedHead = { table: 'board', row: { store: '$1::text', status: `''` }, key: 'store' };
let pool: pg.Pool;
beforeAll(async () => {
  pool = testPool({ connectionString: (await emptyDatabase()).url, max: 8 });
  await pool.query(
    'CREATE TABLE board (store text PRIMARY KEY, status text NOT NULL, feed_version int NOT NULL, ahead int[])',
  );
});
beforeEach(() => pool.query('TRUNCATE board'));
afterAll(() => pool.end());

const hear = (store: string, version: number | undefined) =>
  inTransaction(pool, (tx) => advance(tx, head, store, version));
const read = async (store: string) =>
  (
    await pool.query<{ complete: number; ahead: number[] }>(
      'SELECT feed_version AS complete, ahead FROM board WHERE store = $1',
      [store],
    )
  ).rows[0];

/** The version up to which everything was heard, and the versions that were heard ahead of it. */
function expected(heard: readonly number[]): { complete: number; ahead: number[] } {
  let complete = 0;
  while (heard.includes(complete + 1)) complete += 1;
  return { complete, ahead: heard.filter((version) => version > complete).sort((a, b) => a - b) };
}

it('is the highest version below which none is missing, in whatever order versions are heard and repeated', async () => {
  let store = 0;
  const versions = Array.from({ length: 10 }, (_, index) => index + 1);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(versions, { minLength: 1 }), fc.subarray(versions), async (heard, again) => {
      store += 1;
      for (const [index, version] of heard.entries()) {
        await hear(String(store), version);
        expect(await read(String(store))).toEqual(expected(heard.slice(0, index + 1)));
      }
      for (const version of again.filter((each) => heard.includes(each))) await hear(String(store), version);
      expect(await read(String(store))).toEqual(expected(heard));
    }),
    { numRuns: 40 },
  );
});

it('does not change for an event without a feed version', async () => {
  await hear('b', undefined);
  expect(await read('b')).toBeUndefined();
  for (const version of [1, undefined, 3, undefined]) await hear('b', version);
  expect(await read('b')).toEqual({ complete: 1, ahead: [3] });
});

it('loses no version when several are heard at once', async () => {
  const versions = Array.from({ length: 40 }, (_, index) => 40 - index);
  await Promise.all(versions.map((version) => hear('a', version)));
  expect(await read('a')).toEqual({ complete: 40, ahead: [] });
});
