import { chmodSync, copyFileSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificates, type Certificates } from '#platform/testkit/certificates.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { databaseUrl, type DatabaseTls } from './databaseUrl.ts';
import { startCluster, type Cluster } from './startCluster.ts';

describe('a PostgreSQL with TLS', () => {
  let cluster: Cluster;
  let own: Certificates;
  let foreign: Certificates;

  beforeAll(async () => {
    [own, foreign] = [certificates(), certificates()];
    const folder = mkdtempSync(join(temporaryFolder('tls'), 'cluster-'));
    cluster = await startCluster({ dataDir: folder, durable: false, log: () => undefined });
    for (const [from, to] of [
      [own.cert, 'server.crt'],
      [own.key, 'server.key'],
    ] as const) {
      copyFileSync(from, join(folder, 'data', to));
      chmodSync(join(folder, 'data', to), 0o600);
    }
    const admin = new pg.Client(cluster.adminUrl);
    await admin.connect();
    await admin.query('alter system set ssl = on');
    await admin.query('select pg_reload_conf()');
    await admin.end();
  });
  afterAll(() => cluster.stop());

  /** Whether the connection is encrypted, or why there is none. */
  async function encrypted(tls: DatabaseTls, host = '127.0.0.1'): Promise<unknown> {
    const client = new pg.Client(
      databaseUrl({
        host,
        port: cluster.port,
        user: 'postgres',
        password: cluster.passwordOf('postgres'),
        database: 'postgres',
        tls,
      }),
    );
    try {
      await client.connect();
      return (await client.query<{ ssl: boolean }>('select ssl from pg_stat_ssl where pid = pg_backend_pid()')).rows[0]
        ?.ssl;
    } catch (error) {
      return (error as { code?: string }).code;
    } finally {
      await client.end();
    }
  }

  it('is reached as the mode says', async () => {
    expect(await encrypted({ mode: 'disable' })).toBe(false);
    expect(await encrypted({ mode: 'require' })).toBe(true);
    expect(await encrypted({ mode: 'verify-ca', ca: own.ca })).toBe(true);
    expect(await encrypted({ mode: 'verify-full', ca: own.ca })).toBe(true);
  });

  it('is not believed with a certificate of another CA, or for another host', async () => {
    expect(await encrypted({ mode: 'verify-ca', ca: foreign.ca })).toMatch(/CERT|SIGNATURE/);
    expect(await encrypted({ mode: 'verify-full', ca: foreign.ca })).toMatch(/CERT|SIGNATURE/);
    expect(await encrypted({ mode: 'verify-full', ca: own.ca }, 'localhost')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await encrypted({ mode: 'verify-ca', ca: own.ca }, 'localhost')).toBe(true);
  });
});
