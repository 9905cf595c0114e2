import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { FakeDomain } from '../testkit/fakeDomain.ts';
import { fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture } from '../testkit/servedChannel.ts';

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/**
 * Sends a request over a connection, and resolves to the head of the response, or to what had come when it was closed.
 */
function ask(socket: Socket): Promise<string> {
  const body = '{"query":"{__typename}"}';
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  return new Promise((resolve, reject) => {
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString();
      if (heard.includes('"__typename":"Query"')) resolve(heard.split('\r\n\r\n')[0]!.toLowerCase());
    });
    socket.once('close', () => resolve(heard));
    socket.once('error', reject);
  });
}

it('a channel that closes answers requests on existing connections, also unused ones, and accepts no new connections', async () => {
  const channel = await serveFixture(await fixture());
  const [kept, fresh] = [await connected(channel.port), await connected(channel.port)];
  expect(await ask(kept)).toMatch(/^http\/1\.1 200 [^]*connection: keep-alive/);
  const closing = channel.close();
  const refused = new Promise((resolve) =>
    setImmediate(() =>
      setImmediate(() =>
        resolve(
          connected(channel.port).then(
            () => 'let in',
            (error: NodeJS.ErrnoException) => error.code,
          ),
        ),
      ),
    ),
  );
  for (const answer of await Promise.all([ask(kept), ask(fresh)]))
    expect(answer).toMatch(/^http\/1\.1 200 [^]*connection: close/);
  expect(await refused).toBe('ECONNREFUSED');
  await closing;
});

it('a channel that drains reports that it is not ready, and serves existing and new connections, which close after a response', async () => {
  const channel = await serveFixture(await fixture());
  const ready = async () => (await fetch(`http://127.0.0.1:${channel.port}/health/ready`)).status;
  const kept = await connected(channel.port);
  await ask(kept);
  expect(await ready()).toBe(200);
  channel.drain();
  expect(await ready()).toBe(503);
  expect(await ask(kept)).toMatch(/^http\/1\.1 200 [^]*connection: close/);
  expect(await ask(await connected(channel.port))).toMatch(/^http\/1\.1 200 [^]*connection: close/);
  await channel.close();
});

const upgrade =
  'GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-protocol: graphql-transport-ws\r\n' +
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

/** Everything that is received until the other side closes the connection. */
function heardUntilClosed(socket: Socket): Promise<string> {
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString();
  });
  return new Promise((resolve) => socket.once('close', () => resolve(heard)));
}

it('a WebSocket upgrade is refused while a channel closes, and does not delay the closing', async () => {
  const channel = await serveFixture(await fixture());
  const late = await connected(channel.port);
  const heard = heardUntilClosed(late);
  const closing = channel.close();
  // By now all existing sockets have been closed; the channel still waits for requests on existing connections.
  await new Promise((resolve) => setTimeout(resolve, 50));
  late.write(upgrade);
  expect(await heard).toMatch(/^HTTP\/1\.1 503 /);
  await closing;
});

it('an event stream that is requested while a channel closes ends without `complete`, so that its client comes back', async () => {
  const domain = new FakeDomain();
  const parts = await fixture();
  parts.orders.set('o1', { id: 'o1', owner: 'someone', status: 'S1', version: 1 });
  domain.statusChanged('o1', 1, 'S1');
  const channel = await serveFixture(parts, { bus: domain, feeds: domain, cursorKeys: ['k'] });
  const late = await connected(channel.port);
  const heard = heardUntilClosed(late);
  const closing = channel.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const body = JSON.stringify({ query: 'subscription{orderStatusChanged(orderId:"o1"){status}}' });
  late.write(
    `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: text/event-stream\r\nauthorization: Bearer ${await parts.token('customer')}\r\n` +
      `content-length: ${body.length}\r\n\r\n${body}`,
  );
  expect(await heard).toMatch(/^HTTP\/1\.1 200 (?![^]*event:)/);
  await closing;
});

it('a client that is refused an upgrade and does not close its connection is disconnected', async () => {
  const channel = await serveFixture(await fixture());
  const rude = connect({ port: channel.port, host: '127.0.0.1', allowHalfOpen: true });
  await once(rude, 'connect');
  const heard = heardUntilClosed(rude);
  rude.write(upgrade.replace('/graphql', '/other'));
  await once(rude, 'end');
  await channel.close();
  rude.destroy();
  expect(await heard).toMatch(/^HTTP\/1\.1 404 /);
});
