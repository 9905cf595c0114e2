import type { AddressInfo } from 'node:net';
import type { Server, ServerResponse } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { RawConnection } from '#platform/testkit/rawConnection.ts';
import { boundedServer, type ServerBounds } from './boundedServer.ts';

const servers: Server[] = [];
let answered: ServerResponse[] = [];
afterEach(() =>
  servers.splice(0).forEach((each) => {
    each.closeAllConnections();
    each.close();
  }),
);

async function served(bounds: Partial<ServerBounds>): Promise<RawConnection> {
  answered = [];
  const server = boundedServer((_request, response) => {
    answered.push(response);
  }, bounds);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new RawConnection((server.address() as AddressInfo).port);
}

it('a connection that says nothing is closed', async () => {
  const silent = await served({ silentMs: 20 });
  await until(() => silent.isClosed);
});

it('a request that comes too slowly is refused, and its connection closed: headers and body', async () => {
  const headers = await served({ headersMs: 20 });
  headers.socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  expect(await headers.until(/the end of the connection/)).toContain(' 408 ');
  const body = await served({ headersMs: 20, requestMs: 40 });
  body.send(['POST / HTTP/1.1', 'Host: x', 'Content-Length: 10'], 'x');
  await until(() => body.isClosed);
});

it('an answer that nobody reads is not kept for ever, whatever else its client sends; one that is read slowly is', async () => {
  const body = Buffer.alloc(32 * 1024 * 1024);
  const hung = await served({ answerMs: 100 });
  hung.socket.pause();
  hung.send(['GET / HTTP/1.1', 'Host: x']);
  const [unread] = await until(() => answered.length > 0 && answered);
  unread!.end(body);
  const sending = setInterval(() => hung.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 20);
  await until(() => unread!.destroyed);
  clearInterval(sending);
  expect(answered.length).toBe(1);
  const slow = await served({ answerMs: 30_000 });
  slow.socket.pause();
  slow.send(['GET / HTTP/1.1', 'Host: x']);
  const [read] = await until(() => answered.length > 0 && answered);
  read!.writeHead(200, { connection: 'close' }).end(body);
  slow.socket.resume();
  await until(() => slow.isClosed);
  expect(slow.heard.length).toBeGreaterThan(body.length);
});

it('headers that are too long are refused', async () => {
  const long = await served({});
  long.send(['GET / HTTP/1.1', 'Host: x', `X-Long: ${'x'.repeat(20_000)}`]);
  expect(await long.until(/the end of the connection/)).toContain(' 431 ');
  expect(answered).toEqual([]);
});

it('who asks much without waiting for answers is cut off; who waits may ask on', async () => {
  const patient = await served({ maxPipelined: 3 });
  for (let each = 1; each <= 6; each += 1) {
    patient.send(['GET / HTTP/1.1', 'Host: x']);
    await until(() => answered.length === each);
    answered[each - 1]!.end('ok');
    await until(() => patient.heard.split('\r\n\r\nok').length === each + 1);
  }
  patient.close();
  const flood = await served({ maxPipelined: 3 });
  flood.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(16));
  await until(() => flood.isClosed);
  expect(answered.length).toBe(1);
});

it('who asks more than may wait gets what it may ask, in order, then a refusal, and the end of the connection', async () => {
  const hasty = await served({ maxPipelined: 3 });
  hasty.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(15));
  for (const index of [0, 1, 2]) {
    await until(() => answered.length === index + 1);
    answered[index]!.end(`answer ${index}`);
  }
  await until(() => hasty.isClosed);
  expect(hasty.heard.match(/HTTP\/1.1 \d+|answer \d|(?<="error":{"code":")\w+/g)).toEqual([
    'HTTP/1.1 200',
    'answer 0',
    'HTTP/1.1 200',
    'answer 1',
    'HTTP/1.1 200',
    'answer 2',
    'HTTP/1.1 429',
    'TOO_MANY_REQUESTS',
  ]);
  expect(answered.length).toBe(3);
});

it('the requests of a connection are handled one after the other, and none after it is closed', async () => {
  const client = await served({});
  client.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3));
  await until(() => answered.length > 0);
  // An answer to another connection shows that all three requests have arrived.
  const other = new RawConnection(client.socket.remotePort!);
  other.send(['GET / HTTP/1.1', 'Host: x']);
  await until(() => answered.length === 2);
  const [first] = answered;
  first!.end('ok');
  await until(() => answered.length === 3);
  expect(await client.until(/ok/)).toContain(' 200 ');
  const second = answered[2]!;
  const closed = new Promise((resolve) => second.once('close', resolve));
  client.close();
  await closed;
  expect(answered.length).toBe(3);
  other.close();
});

it('nothing is done for requests behind an answer that ends the connection, since nobody would hear of it', async () => {
  const client = await served({});
  client.socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'.repeat(3));
  await until(() => answered.length > 0);
  answered[0]!.writeHead(200, { connection: 'close' }).end('the last word');
  await until(() => client.isClosed);
  expect(client.heard).toContain('the last word');
  expect(answered.length).toBe(1);
});

it('a request with two hosts is refused, in its turn, and what comes behind it is not handled', async () => {
  const client = await served({});
  const lines = (...hosts: string[]) => `GET / HTTP/1.1\r\n${hosts.map((host) => `Host: ${host}\r\n`).join('')}\r\n`;
  client.socket.write(lines('x') + lines('x', 'x') + lines('x'));
  await until(() => answered.length > 0);
  answered[0]!.end('the first');
  await until(() => client.isClosed);
  expect(client.heard.match(/HTTP\/1.1 \d+|the first/g)).toEqual(['HTTP/1.1 200', 'the first', 'HTTP/1.1 400']);
  expect(JSON.parse(client.heard.slice(client.heard.lastIndexOf('\r\n\r\n')))).toMatchObject({
    error: { code: 'BAD_REQUEST', details: [] },
    errors: [{ extensions: { code: 'BAD_REQUEST' } }],
  });
  expect(answered.length).toBe(1);
});
