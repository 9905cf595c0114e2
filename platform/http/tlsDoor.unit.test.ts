import { copyFileSync, writeFileSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { request } from 'node:https';
import { connect as connectPlain, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { certificates } from '#platform/testkit/certificates.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { until } from '#platform/testkit/until.ts';
import { boundedServer } from './boundedServer.ts';
import { tlsDoor } from './tlsDoor.ts';

const [first, second] = [certificates(), certificates()];
const folder = temporaryFolder('tls');
const files = { certPath: join(folder, 'cert.pem'), keyPath: join(folder, 'key.pem') };
const take = (from: typeof first): void => {
  copyFileSync(from.key, files.keyPath);
  copyFileSync(from.cert, files.certPath);
};
const lines: string[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
let server: ReturnType<typeof tlsDoor>;
let port: number;
const http = boundedServer((_request, response) => void response.end('hello'), { headersMs: 200 });

beforeAll(async () => {
  take(first);
  server = tlsDoor(http, files, { log, lookEveryMs: 30 }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  http.closeAllConnections();
  server.close();
});

const get = (ca: string): Promise<string> =>
  new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, ca: readFileSync(ca), agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });

it('speaks TLS to who trusts the certificate, and serves a new one without a restart', async () => {
  expect(await get(first.ca)).toBe('hello');
  await expect(get(second.ca)).rejects.toThrow(/certificate/);
  const kept = connect({ host: '127.0.0.1', port, ca: readFileSync(first.ca) });
  await once(kept, 'secureConnect');
  // A pair whose halves do not fit, as between two copies of files, is not taken.
  copyFileSync(second.key, files.keyPath);
  await until(() => lines.some((line) => line.includes('cannot be served')));
  expect(await get(first.ca)).toBe('hello');
  take(second);
  await until(() => lines.some((line) => line.includes('a new certificate is served')));
  expect(await get(second.ca)).toBe('hello');
  kept.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  expect(String((await once(kept, 'data'))[0])).toContain('200 OK');
  kept.destroy();
});

it.each<[string, SecureVersion]>([
  ['TLS 1.0', 'TLSv1'],
  ['TLS 1.1', 'TLSv1.1'],
])('does not speak %s', async (_name, version) => {
  const old = { minVersion: version, maxVersion: version, ciphers: 'ALL@SECLEVEL=0' };
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...old });
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toMatch(/alert|version|protocol/i);
});

it('lets go who speaks HTTP without TLS', async () => {
  const socket = connectPlain(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await once(socket, 'close');
});

it('does not start with what is no certificate', () => {
  const bad = { certPath: join(folder, 'none.pem'), keyPath: files.keyPath };
  expect(() => tlsDoor(http, bad, { log })).toThrow(/^TLS_CERT_PATH=.*none\.pem and TLS_KEY_PATH=/);
  writeFileSync(bad.certPath, 'nonsense');
  expect(() => tlsDoor(http, bad, { log })).toThrow('are no certificate with its key');
});

it('bounds what is within TLS: headers that do not end, and connections that are idle when it closes', async () => {
  const open = async (): Promise<TLSSocket> => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    return socket;
  };
  const slow = await open();
  slow.write('GET / HTTP/1.1\r\nhost: a\r\n');
  expect(String((await once(slow, 'data'))[0])).toContain('408');
  await once(slow, 'close');

  const idle = await open();
  idle.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  expect(String((await once(idle, 'data'))[0])).toContain('200 OK');
  const closed = once(idle, 'close');
  idle.resume();
  await until(() => {
    http.closeIdleConnections();
    return idle.destroyed || idle.readableEnded;
  });
  await closed;
});
