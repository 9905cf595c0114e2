import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { signRequest } from './signRequest.ts';

const apiKey = 'drb_app_1_secret';
const choices = { created: 1_800_000_000, nonce: 'a-nonce-of-16-characters' };

it.each([
  ['/v1/stores?filter[city]=Zürich West', 'POST'],
  ['/v1/stores/../stores?a="b"#top', 'post'],
  ['', 'get'],
])('signs the address %s and the method %s as `fetch` sends them', async (path, method) => {
  const server = createServer((request, response) => response.end(`${request.method} ${request.url}`));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [sent = '', target = ''] = (await (await fetch(origin + path, { method })).text()).split(' ');
    expect(signRequest({ url: origin + path, method }, apiKey, choices)).toEqual(
      signRequest({ url: origin + target, method: sent }, apiKey, choices),
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
