import pg from 'pg';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { startTcpProxy } from '#platform/testkit/tcpProxy.ts';
import { emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { giveUpHungDatabases } from './hungDatabases.ts';
import { PreparingClient } from './preparingClient.ts';

it('a process that ends waits for no server that hangs: queries fail, pools end, nobody connects again; those of a server that is well go on', async () => {
  const { url } = await emptyDatabase();
  const proxy = await startTcpProxy({ port: Number(new URL(url).port) });
  const poolAt = (port: number | string) => {
    const there = new URL(url);
    there.port = String(port);
    const pool = new pg.Pool({ Client: PreparingClient, connectionString: there.href, max: 1 });
    pool.on('error', () => undefined);
    return pool;
  };
  const [hung, well] = [poolAt(proxy.port), poolAt(new URL(url).port)];
  await hung.query('SELECT 1');
  const working = well.query('SELECT pg_advisory_lock(1)').then(() => well.query('SELECT 1 AS one'));
  proxy.stall();
  const queries = Promise.allSettled([hung.query('SELECT 1'), hung.query('SELECT 2')]);
  const watching = giveUpHungDatabases(pino({ level: 'silent' }));
  expect(
    (await queries).map((each) => (each.status === 'rejected' ? (each.reason as Error).message : each.status)),
  ).toEqual([expect.stringMatching(/Connection terminated/), 'the process stops, and the database does not answer']);
  await expect(hung.connect()).rejects.toThrow('does not answer');
  await hung.end();
  expect((await working).rows).toEqual([{ one: 1 }]);
  await well.end();
  await watching;
  await proxy.close();
});
