import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { certificates } from '#platform/testkit/certificates.ts';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';

const { ca, cert, key } = certificates();
const trust = { ca: readFileSync(ca) };
let parts: Fixture;
let channel: ServedChannel;
beforeAll(async () => {
  parts = await fixture();
  channel = await serveFixture(parts, { certificate: { certPath: cert, keyPath: key } });
});
afterAll(() => channel.close());

const transportSecurityOf = (port: number): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    request({ ...trust, agent: false, host: '127.0.0.1', port, path: '/health/ready' }, (response) => {
      response.resume();
      resolve(response.headers['strict-transport-security']);
    })
      .on('error', reject)
      .end();
  });

const post = (body: object): Promise<string> =>
  new Promise((resolve, reject) => {
    request(
      {
        ...trust,
        // A connection of its own: one that was kept closes with the channel, at about the time of the call.
        agent: false,
        host: '127.0.0.1',
        port: channel.port,
        path: '/graphql',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(text));
      },
    )
      .on('error', reject)
      .end(JSON.stringify(body));
  });

it('tells browsers in production to come by TLS alone, and in development nothing of it', async () => {
  const production = await serveFixture(parts, {
    certificate: { certPath: cert, keyPath: key },
    profile: 'production',
  });
  try {
    expect(await transportSecurityOf(production.port)).toBe('max-age=31536000');
    expect(await transportSecurityOf(channel.port)).toBeUndefined();
  } finally {
    await production.close();
  }
});

it('a channel with a certificate serves requests and sockets over TLS, and closes in order', async () => {
  expect(channel.url).toMatch(/^https:/);
  expect(await post({ query: '{ shops { id } }' })).toContain('"shops"');
  const socket = new WebSocket(`wss://127.0.0.1:${channel.port}/graphql`, 'graphql-transport-ws', trust);
  await once(socket, 'open');
  const acknowledged = once(socket, 'message');
  socket.send(
    JSON.stringify({
      type: 'connection_init',
      payload: { authorization: `Bearer ${await parts.token('customer', 'somebody')}` },
    }),
  );
  expect(String((await acknowledged)[0])).toContain('connection_ack');
  const closed = once(socket, 'close');
  await channel.close();
  await closed;
  await expect(post({ query: '{ shops { id } }' })).rejects.toThrow(/ECONNREFUSED/);
});
