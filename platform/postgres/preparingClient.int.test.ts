import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { errorCodes } from '#platform/events/databaseFailure.ts';
import { isInfrastructureFailure } from '#platform/events/failure.ts';
import { inTransaction } from '#platform/events/sqlTx.ts';
import { takesNoWrites } from '#platform/testkit/takesNoWrites.ts';
import { databaseOf, type TestDatabase } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { until } from '#platform/testkit/until.ts';
import { PreparingClient } from './preparingClient.ts';

type ArgType = Parameters<Awaited<ReturnType<PrismaPg['connect']>>['queryRaw']>[0]['argTypes'][number];

let database: TestDatabase;
let pool: pg.Pool;
beforeEach(async () => {
  database = await databaseOf();
  pool = testPool({ Client: PreparingClient, connectionString: database.url, max: 1 });
  await pool.query('CREATE TABLE thing (id int PRIMARY KEY, name text NOT NULL)');
  await pool.query(`INSERT INTO thing VALUES (1, 'one')`);
});
afterEach(() => pool.end());

const prepared = async () =>
  (
    await pool.query<{ statement: string }>('SELECT statement FROM pg_prepared_statements ORDER BY prepare_time')
  ).rows.map(({ statement }) => statement);
const nameOf = async (text: string) => (await pool.query<{ name: string }>(text, [1])).rows[0]?.name;

it('prepares what comes often with parameters, and nothing else', async () => {
  const often = 'SELECT name FROM thing WHERE id = $1';
  for (let n = 0; n < 5; n += 1) {
    expect(await nameOf(often)).toBe('one');
    expect((await pool.query({ text: `${often} /* as an object */`, values: [1] })).rows).toEqual([{ name: 'one' }]);
    await pool.query('SELECT 1');
    await pool.query('BEGIN; COMMIT');
    await pool.query(`SELECT $1::int AS once_${n}`, [n]);
  }
  expect(await prepared()).toEqual([often, `${often} /* as an object */`]);
});

it('sees the table that another was exchanged for, with columns of its own', async () => {
  const text = 'SELECT name FROM thing WHERE id = $1 -- exchanged';
  for (let n = 0; n < 8; n += 1) await nameOf(text);
  await pool.query(
    `CREATE TABLE other (id int PRIMARY KEY, more int, name text NOT NULL); INSERT INTO other VALUES (1, 0, 'another'); ALTER TABLE thing RENAME TO old; ALTER TABLE other RENAME TO thing; DROP TABLE old`,
  );
  expect(await nameOf(text)).toBe('another');
});

it('fails once where what is returned has another type since, and is good from then on', async () => {
  const client = await pool.connect();
  const all = async () => (await client.query<object>('SELECT * FROM thing WHERE id = $1 -- altered', [1])).rows;
  for (let n = 0; n < 3; n += 1) expect(await all()).toEqual([{ id: 1, name: 'one' }]);
  await client.query('ALTER TABLE thing ADD COLUMN price int NOT NULL DEFAULT 3');
  const error: unknown = await all().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: '0A000' });
  expect(isInfrastructureFailure(error)).toBe(true);
  for (let n = 0; n < 3; n += 1) expect(await all()).toEqual([{ id: 1, name: 'one', price: 3 }]);
  const { rows } = await client.query(`SELECT generic_plans + custom_plans AS runs FROM pg_prepared_statements
    WHERE statement LIKE '% -- altered'`);
  expect(rows).toEqual([{ runs: '3' }]);
  client.release();
});

it('ends nothing when it is cut off while nobody listens; whoever queries it is told, and the pool has another', async () => {
  const client = await pool.connect();
  const {
    rows: [server],
  } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
  const other = new pg.Client({ connectionString: pool.options.connectionString });
  await other.connect();
  await other.query('SELECT pg_terminate_backend($1)', [server!.pid]);
  await other.end();
  await ended;
  await expect(client.query('SELECT 1')).rejects.toThrow('connection error');
  client.release();
  expect(await nameOf('SELECT name FROM thing WHERE id = $1 -- another connection')).toBe('one');
});

it('goes on after a statement failed where it was to be prepared', async () => {
  const client = await pool.connect();
  const name = async () =>
    (await client.query<{ name: string }>('SELECT name FROM thing WHERE id = $1 -- fails', [1])).rows[0]?.name;
  await name();
  await name();
  await client.query('ALTER TABLE thing RENAME TO away');
  await expect(name()).rejects.toThrow('does not exist');
  await client.query('ALTER TABLE away RENAME TO thing');
  await client.query('BEGIN');
  await expect(client.query('SELECT 1 / 0')).rejects.toThrow('division by zero');
  await expect(name()).rejects.toThrow('aborted');
  await client.query('ROLLBACK');
  expect(await name()).toBe('one');
  client.release();
});

it.each([
  ['a statement', () => pool.query(`INSERT INTO thing VALUES (2, 'two')`)],
  ['a transaction', () => inTransaction(pool, (tx) => tx.$executeRawUnsafe(`INSERT INTO thing VALUES (2, 'two')`))],
])('does not stay with a server that takes no writes, found out by %s', async (_what, write) => {
  const back = await takesNoWrites(database);
  await until(async () => (await pool.query('SHOW transaction_read_only')).rows[0].transaction_read_only === 'on');
  const error: unknown = await write().catch((reason: unknown) => reason);
  // The code of a lost connection is there for the sagas' library, which retries after that and not after the other.
  expect(errorCodes(error)).toEqual(new Set(['25006', 'ECONNRESET', 'error', 'Error']));
  expect(isInfrastructureFailure(error)).toBe(true);
  await back();
  await write();
  expect(await nameOf('SELECT name FROM thing WHERE id = $1 + 1')).toBe('two');
});

it('prepares its statements again in a session that was reset', async () => {
  const client = await pool.connect();
  const texts = ['a', 'b'].map((each) => `SELECT name FROM thing WHERE id = $1 -- reset ${each}`);
  const ask = (text: string) => client.query<{ name: string }>(text, [1]).then(({ rows }) => rows[0]!.name);
  for (let n = 0; n < 4; n += 1) for (const text of texts) expect(await ask(text)).toBe('one');
  await client.query('DISCARD ALL');
  const error: unknown = await ask(texts[0]!).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: '26000' });
  expect(isInfrastructureFailure(error)).toBe(true);
  for (let n = 0; n < 2; n += 1) for (const text of texts) expect(await ask(text)).toBe('one');
  client.release();
});

it('reads and writes the same point in time, whatever zone and style the database has', async () => {
  await pool.query('ALTER TABLE thing ADD COLUMN at timestamptz(3)');
  const name = (await pool.query<{ name: string }>('SELECT current_database() AS name')).rows[0]!.name;
  await pool.query(`ALTER DATABASE "${name}" SET timezone = 'America/New_York'`);
  await pool.query(`ALTER DATABASE "${name}" SET datestyle = 'SQL, DMY'`);
  const fresh = testPool({ Client: PreparingClient, connectionString: database.url, max: 1 });
  const adapter = await new PrismaPg(fresh).connect();
  const at = new Date('2026-07-01T12:00:00.000Z');
  const instant: ArgType = { scalarType: 'datetime', dbType: 'TIMESTAMPTZ', arity: 'scalar' };
  await adapter.executeRaw({ sql: 'UPDATE thing SET at = $1', args: [at], argTypes: [instant] });
  expect((await fresh.query('SELECT at FROM thing')).rows).toEqual([{ at }]);
  const { rows } = await adapter.queryRaw({ sql: 'SELECT at FROM thing', args: [], argTypes: [] });
  expect(rows).toEqual([['2026-07-01T12:00:00+00:00']]);
  await fresh.end();
});
