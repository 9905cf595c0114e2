import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { startTcpProxy } from '#platform/testkit/tcpProxy.ts';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { until } from '#platform/testkit/until.ts';
import { holdLease } from './executorLease.ts';
import { makeSagaTables } from './sagaTables.ts';

const silent = pino({ level: 'silent' });

describe('the lease of an executor', () => {
  it('is held again, and can be let go, after the other end was gone without a word', async () => {
    const { url } = await databaseOf();
    const direct = testPool({ connectionString: url, max: 1 });
    await makeSagaTables({ databaseUrl: url, pool: direct, log: silent });
    const { port } = new URL(url);
    const proxy = await startTcpProxy({ port: Number(port) });
    const lease = await holdLease({
      databaseUrl: Object.assign(new URL(url), { port: String(proxy.port) }).href,
      executorId: 'one',
      applicationVersion: '1',
      leaseSeconds: 1,
      beatMs: 50,
      log: silent,
      recover: async () => undefined,
    });
    const leased = async () =>
      (await direct.query('SELECT 1 FROM saga_host.executor WHERE leased_until > now()')).rowCount === 1;
    try {
      await lease.watch();
      proxy.stall();
      await until(async () => !(await leased()));
      proxy.restore();
      await until(leased);
      proxy.stall();
      await until(async () => !(await leased()));
      expect(await lease.release()).toBeUndefined();
    } finally {
      await proxy.close();
      await direct.end();
    }
  });
});
