import { createServer, request, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LoadGate } from '../../access/loadGate.ts';
import { LoadQueue } from '../../access/loadQueue.ts';
import { memoryRates } from '../../access/rateStore.ts';
import { defaultLoadPolicy } from '../../channelManifest.ts';
import { clientAddress } from './clientAddress.ts';
import { DeviceRequests } from './deviceRequests.ts';

let server: Server;
/** A balancer on this machine stands before the channel. */
beforeEach(async () => {
  const devices = new DeviceRequests({
    channel: 'kiosk',
    role: 'kiosk',
    access: {
      begin: () => Promise.resolve({ deviceId: 'd', userCode: 'BCDF-GHJK', expiresInSeconds: 900, intervalSeconds: 5 }),
      prove: (_role, assertion) =>
        Promise.resolve(assertion === 'good' ? { deviceId: 'd', storeId: 's' } : { error: assertion }),
    },
    identity: { issueDeviceToken: () => Promise.resolve('token') },
    load: new LoadGate(new LoadQueue(defaultLoadPolicy, 'kiosk'), [], undefined),
    rates: memoryRates,
    addressOf: clientAddress(['127.0.0.0/8']),
    log: pino({ level: 'silent' }),
  });
  server = createServer((each, response) => void devices.handle(each, response, each.url ?? ''));
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const post = (path: string, from: string, form: Record<string, string> = {}): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': from };
    request({ port, host: '127.0.0.1', path, method: 'POST', headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    })
      .on('error', reject)
      .end(new URLSearchParams(form).toString());
  });
const ask = (from: string, assertion: string) =>
  post('/device/token', from, {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  });

it('no flood of bad assertions keeps a device from its token, not even one from the same address', async () => {
  for (let sent = 0; sent < 1_500; sent += 100)
    expect(new Set(await Promise.all(Array.from({ length: 100 }, () => ask('203.0.113.1', 'invalid_client'))))).toEqual(
      new Set([401]),
    );
  expect([await ask('203.0.113.1', 'good'), await ask('203.0.113.2', 'good')]).toEqual([200, 200]);
});

it('a device that asks too often is told to wait', async () => expect(await ask('203.0.113.1', 'slow_down')).toBe(400));

it('one address begins 100 times in a quarter of an hour; others behind the same balancer go on', async () => {
  const begin = (from: string) => post('/device/authorize', from);
  const first = await Promise.all(Array.from({ length: 101 }, () => begin('203.0.113.1')));
  expect(first.filter((status) => status === 429)).toHaveLength(1);
  expect([await begin('203.0.113.1, 203.0.113.2'), await begin('2001:db8::1')]).toEqual([200, 200]);
  // What the caller wrote itself stands before what the balancer has added.
  expect(await begin('198.51.100.9, 203.0.113.1')).toBe(429);
  await Promise.all(Array.from({ length: 99 }, (_, n) => begin(`2001:db8::${n + 2}`)));
  expect(await begin('2001:db8::ffff')).toBe(429);
});
