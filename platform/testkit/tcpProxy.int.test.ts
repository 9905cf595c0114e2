import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTcpProxy, type TcpProxy } from './tcpProxy.ts';
import { emptyDatabase, type TestDatabase } from './testDatabase.ts';
import { until } from './until.ts';

describe('the TCP proxy', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let client: pg.Client;

  beforeEach(async () => {
    database = await emptyDatabase();
    const url = new URL(database.url);
    proxy = await startTcpProxy({ port: Number(url.port) });
    url.port = String(proxy.port);
    client = new pg.Client(url.href);
    client.on('error', () => undefined);
    await client.connect();
  });
  afterEach(async () => {
    await proxy.close();
    await client.end().catch(() => undefined);
  });

  it('passes both ways', async () => {
    const { rows } = await client.query<{ n: number }>("SELECT length(repeat('x', 1000000)) AS n");
    expect(rows).toEqual([{ n: 1_000_000 }]);
  });

  it('cuts what is open and refuses what is new', async () => {
    proxy.cut();
    await expect(client.query('SELECT 1')).rejects.toThrow();
    await until(() => proxy.connections === 0);
    await expect(new pg.Client(`postgresql://127.0.0.1:${proxy.port}/x`).connect()).rejects.toThrow();
  });

  it('holds everything back while stalled, and loses nothing', async () => {
    proxy.stall();
    let answered = false;
    const answer = client.query('SELECT 1 AS one').then(({ rows }) => {
      answered = true;
      return rows as unknown[];
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toBe(false);
    proxy.restore();
    expect(await answer).toEqual([{ one: 1 }]);
  });

  it('delays what it passes, each way', async () => {
    proxy.delay(150);
    const started = Date.now();
    await client.query('SELECT 1');
    expect(Date.now() - started).toBeGreaterThanOrEqual(290);
  });
});
