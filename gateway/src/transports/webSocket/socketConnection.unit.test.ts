import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { until } from '#platform/testkit/until.ts';
import type { StreamPolicy } from '../../channelManifest.ts';
import { SocketConnection } from './socketConnection.ts';

const unbounded = { lagBytes: 1e9, lagMessages: 1e9, maxStallMs: 1e9 } as StreamPolicy;
const count = 6;

it('frames that many sockets share come whole to each, also to those that read late', async () => {
  const raws: Socket[] = [];
  const server = createServer((raw) => raws.push(raw)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients: Socket[] = [];
  const heard = Array.from({ length: count }, () => '');
  for (const at of heard.keys()) {
    const client = connect(port, '127.0.0.1').setEncoding('latin1');
    client.on('data', (text: string) => {
      heard[at] += text;
    });
    clients.push(client);
    await until(() => raws.length > at);
  }
  const waiting = new Set<SocketConnection>();
  const connections = raws.map(
    (raw) =>
      new SocketConnection({ readyState: 1, OPEN: 1 } as WebSocket, raw, '', unbounded, {
        waits: (connection) => void waiting.add(connection),
        wasCut: () => undefined,
      }),
  );
  const sent = connections.map(() => '');
  const late = clients.slice(0, count / 2);
  late.forEach((client) => client.pause());
  // Messages are small, so that the kernel may take none of one, after all of the one before.
  for (let round = 0; !late.every((_, at) => waiting.has(connections[at]!)) || round % 100 !== 0; round += 1) {
    const tail = `${round} ${'abc'[round % 3]!.repeat(1_000)}`;
    connections.forEach((connection, at) => {
      connection.write(`${at} `, tail);
      sent[at] += `\x81\x7e${String.fromCharCode((tail.length + 2) >> 8, (tail.length + 2) & 255)}${at} ${tail}`;
    });
    if (round % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(late.map((_, at) => connections[at]!.unreadBytes > 0)).toEqual(late.map(() => true));
  late.forEach((client) => client.resume());
  await until(() => heard.every((text, at) => text.length === sent[at]!.length));
  expect(heard.map((text, at) => text === sent[at])).toEqual(heard.map(() => true));
  expect(connections.map((connection) => connection.checkWaiting(performance.now()))).toEqual(heard.map(() => false));
  clients.forEach((client) => client.destroy());
  server.close();
});
