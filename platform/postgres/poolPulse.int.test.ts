import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTcpProxy, type TcpProxy } from '#platform/testkit/tcpProxy.ts';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { poolPulse } from './poolPulse.ts';

let line: TcpProxy;
let pool: pg.Pool;
beforeEach(async () => {
  const url = new URL((await databaseOf()).url);
  line = await startTcpProxy({ port: Number(url.port) });
  url.port = String(line.port);
  pool = new pg.Pool({ connectionString: url.href, max: 2 });
  pool.on('error', () => undefined);
});
afterEach(async () => {
  line.restore();
  await pool.end();
  await line.close();
});

it('is there of a database that answers, also while every connection is lent out', async () => {
  const isThere = poolPulse(pool);
  expect(await isThere()).toBe(true);
  const lent = [await pool.connect(), await pool.connect()];
  expect(await isThere()).toBe(true);
  lent.forEach((each) => each.release());
});

it('is not there of one that hangs, and not of one whose connections are cut', async () => {
  const isThere = poolPulse(pool);
  await isThere();
  line.stall();
  expect(await isThere()).toBe(false);
  line.cut();
  expect(await isThere()).toBe(false);
});
