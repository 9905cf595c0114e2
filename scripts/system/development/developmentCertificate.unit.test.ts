import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { X509Certificate } from 'node:crypto';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { developmentCertificateIn, makeDevelopmentCertificate } from './developmentCertificate.ts';

const inDays = (days: number): Date => new Date(Date.now() + days * 24 * 3_600_000);

it('is believed for this machine by who trusts it, signs no other certificate, and its key is for us alone', async () => {
  const folder = temporaryFolder('certificate');
  const { certPath, keyPath } = developmentCertificateIn(folder);
  expect(await makeDevelopmentCertificate(folder)).toBe(true);
  const cert = readFileSync(certPath);
  const server = createServer({ cert, key: readFileSync(keyPath) }, (_, response) => void response.end('hello'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  for (const host of ['localhost', '127.0.0.1']) {
    const asked = request({ host, port, ca: cert, agent: false, family: 4 }).end();
    const [response] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(200);
  }
  server.closeAllConnections();
  server.close();
  expect(new X509Certificate(cert).ca).toBe(false);
  expect(statSync(keyPath).mode & 0o777).toBe(0o600);
});

it('stays until a month before its end, and is made anew then, or when its files are damaged', async () => {
  const folder = temporaryFolder('certificate');
  const { certPath, keyPath } = developmentCertificateIn(folder);
  await makeDevelopmentCertificate(folder);
  const first = readFileSync(certPath, 'utf8');
  expect(await makeDevelopmentCertificate(folder, inDays(360))).toBe(false);
  expect(readFileSync(certPath, 'utf8')).toBe(first);
  expect(await makeDevelopmentCertificate(folder, inDays(370))).toBe(true);
  expect(new Date(new X509Certificate(readFileSync(certPath)).validTo).getTime()).toBeGreaterThan(
    inDays(700).getTime(),
  );
  writeFileSync(keyPath, 'nonsense');
  expect(await makeDevelopmentCertificate(folder)).toBe(true);
});
