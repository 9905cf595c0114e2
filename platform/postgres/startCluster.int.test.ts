import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { until } from '#platform/testkit/until.ts';
import { PreparingClient } from './preparingClient.ts';
import { startCluster, type Cluster } from './startCluster.ts';

describe('starting a cluster where something is in the way', () => {
  let folder: string;
  let cluster: Cluster | undefined;
  const start = async (port?: number): Promise<Cluster> =>
    (cluster = await startCluster({ dataDir: folder, durable: false, port, log: () => undefined }));

  beforeEach(() => {
    folder = temporaryFolder('cluster');
  });
  afterEach(async () => {
    await cluster?.stop();
    cluster = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  it('says whose port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(start(port)).rejects.toThrow(
      `Port ${port}, for PostgreSQL, is in use: stop the process that uses it, or set another PORT_BASE.`,
    );
    other.close();
  });

  it('says that the folder holds something else', async () => {
    mkdirSync(join(folder, 'data'));
    await expect(start()).rejects.toThrow(
      /holds no PostgreSQL cluster: put it right, or begin anew with "start --fresh"/,
    );
    writeFileSync(join(folder, 'data/PG_VERSION'), '9\n');
    await expect(start()).rejects.toThrow(/holds a PostgreSQL 9 cluster, not 18/);
  });

  it('says what PostgreSQL says when its data are broken', async () => {
    await (await start()).stop();
    cluster = undefined;
    rmSync(join(folder, 'data/global/pg_control'));
    await expect(start()).rejects.toThrow(/PostgreSQL does not start on .*pg_control.*"start --fresh" begins anew/s);
  });

  it('goes on after a first start that was cut short, and over the pid file of a dead server', async () => {
    mkdirSync(join(folder, 'data.new'));
    writeFileSync(join(folder, 'data.new/PG_VERSION'), '18\n');
    await (await start()).stop();
    const gone = spawnSync('true').pid;
    writeFileSync(join(folder, 'data/postmaster.pid'), `${gone}\n${folder}/data\n`);
    writeFileSync(join(folder, 'owner.json'), JSON.stringify({ pid: gone, startedAt: '1' }));
    expect((await start()).port).toBeGreaterThan(0);
  });

  it('is reached over a Unix socket by the process that runs it, again after it was killed', async () => {
    const { adminUrl, pid } = await start();
    const address = async (client: pg.Client) => {
      await client.connect();
      const { rows } = await client.query<{ address: string | null }>('select host(inet_server_addr()) as address');
      await client.end();
      return rows[0]!.address;
    };
    expect(await address(new PreparingClient(adminUrl))).toBeNull();
    expect(await address(new pg.Client(adminUrl))).toBe('127.0.0.1');
    process.kill(pid, 'SIGKILL');
    await until(
      () =>
        address(new PreparingClient(adminUrl)).then(
          (found) => found === null,
          () => false,
        ),
      {
        what: 'the server is back',
      },
    );
  });
});
