import { rmSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { until } from '#platform/testkit/until.ts';
import { ensureDatabase } from './ensureDatabase.ts';
import { startCluster, type Cluster } from './startCluster.ts';

describe('a cluster of our own', () => {
  const folder = temporaryFolder('cluster');
  const lines: string[] = [];
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ dataDir: folder, durable: false, log: (line) => lines.push(line) });
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const query = async (url: string, sql: string): Promise<unknown[]> => {
    const client = new pg.Client(url);
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<object>(sql)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  };

  it('gives each domain a database that the others cannot enter', async () => {
    const [one] = await Promise.all(
      ['one', 'two'].map((name) => ensureDatabase(cluster, { database: name, role: name })),
    );
    await query(one!.url, 'CREATE TABLE secret (id int)');
    await expect(query(cluster.url('one', 'two'), 'SELECT * FROM secret')).rejects.toThrow(
      /permission denied for database/,
    );
    expect(await query(one!.url, 'SELECT * FROM secret')).toEqual([]);
  });

  it('says whether a database is new, and makes one only once when asked twice at once', async () => {
    const made = await Promise.all([1, 2, 3].map(() => ensureDatabase(cluster, { database: 'three', role: 'three' })));
    expect(made.filter(({ created }) => created)).toHaveLength(1);
    expect((await ensureDatabase(cluster, { database: 'three', role: 'three' })).created).toBe(false);
  });

  it('lets nobody in without a password', async () => {
    await expect(query(`postgresql://postgres@127.0.0.1:${cluster.port}/postgres`, 'SELECT 1')).rejects.toThrow();
    await expect(query(`postgresql://postgres:wrong@127.0.0.1:${cluster.port}/postgres`, 'SELECT 1')).rejects.toThrow(
      /password authentication failed/,
    );
  });

  it('comes back on the same port with its data when it is killed', async () => {
    const { url } = await ensureDatabase(cluster, { database: 'kept', role: 'kept' });
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS id');
    const before = cluster.pid;
    process.kill(before, 'SIGKILL');
    expect(await until(() => query(url, 'SELECT id FROM kept'))).toEqual([{ id: 1 }]);
    expect(cluster.pid).not.toBe(before);
    expect(lines.some((line) => line.includes('starting it again'))).toBe(true);
  });

  it('refuses a folder that a living process uses', async () => {
    await expect(startCluster({ dataDir: folder, log: () => undefined })).rejects.toThrow(
      /already runs on .*: stop it, or set another DATA_DIR/,
    );
  });
});
