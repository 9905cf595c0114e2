import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { HeaderMap } from '@apollo/server';
import { afterEach, expect, it } from 'vitest';
import { servicePrincipal } from '#platform/identity/principal.ts';
import { subgraphServer, type HttpPatience } from './httpServer.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const each of servers.splice(0)) each.closeAllConnections();
});

async function serving(patience?: HttpPatience) {
  const taken: Socket[] = [];
  const server = subgraphServer({
    patience,
    ready: () => Promise.resolve(true),
    execution: {
      admit: ({ authorization }) =>
        Promise.resolve(authorization ? { principal: servicePrincipal('gateway'), traceparent: undefined } : undefined),
      answer: () => Promise.resolve({ headers: new HeaderMap(), body: { kind: 'complete', string: '{"data":{}}' } }),
    },
  }).listen(0, '127.0.0.1');
  servers.push(server);
  server.on('connection', (socket: Socket) => taken.push(socket));
  await once(server, 'listening');
  const client = () =>
    connect((server.address() as AddressInfo).port, '127.0.0.1')
      .on('error', () => undefined)
      .setEncoding('utf8');
  return { taken, client };
}

/** Sends the head, then bytes as long as anybody takes them. */
async function flood(socket: Socket, head: string): Promise<string> {
  let heard = '';
  socket.on('data', (text: string) => {
    heard += text;
  });
  socket.write(head);
  const chunk = Buffer.alloc(64 * 1024, 'x');
  let left = 300 * 1024 * 1024;
  const more = (): void => {
    while (left > 0 && socket.writable) {
      left -= chunk.length;
      if (!socket.write(chunk)) return void socket.once('drain', more);
    }
  };
  more();
  await new Promise((resolve) => socket.once('close', resolve));
  return heard;
}

const head = (authorization = '') =>
  `POST /graphql HTTP/1.1\r\nhost: a\r\n${authorization}content-length: ${300 * 1024 * 1024}\r\n\r\n`;

it.each([
  ['without a token', '', 1],
  ['with a token', 'authorization: Bearer good\r\n', 8],
])('reads little of 300 MB that somebody sends %s', async (_who, authorization, megabytes) => {
  const { taken, client } = await serving();
  await flood(client(), head(authorization));
  expect(taken[0]!.bytesRead).toBeLessThan(megabytes * 1024 * 1024);
});

it.each([
  ['nothing', ''],
  ['half a head', 'POST /graphql HTTP/1.1\r\nhost: a\r\n'],
  ['half a body', 'POST /graphql HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\ncontent-length: 100\r\n\r\n{'],
  [
    'one request, and nothing more',
    'POST /graphql HTTP/1.1\r\nhost: a\r\nauthorization: Bearer good\r\ncontent-length: 2\r\n\r\n{}',
  ],
])('cuts off who has said %s', async (_what, text) => {
  const { client } = await serving({ headers: 100, request: 200, idle: 100 });
  const socket = client().resume();
  socket.write(text);
  await new Promise((resolve) => socket.once('close', resolve));
});
