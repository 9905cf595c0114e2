import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { fixture } from './testkit/fixtureGraph.ts';
import { serveFixture } from './testkit/servedChannel.ts';

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Asks over a connection, and gives the head of what comes back; what there is when it was closed. */
function ask(socket: Socket): Promise<string> {
  const body = '{"query":"{__typename}"}';
  socket.write(`POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
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

it('a channel that closes answers what is on its way over connections that it has, also those that asked nothing yet; nobody new is let in', async () => {
  const channel = await serveFixture(await fixture());
  const [kept, fresh] = [await connected(channel.port), await connected(channel.port)];
  expect(await ask(kept)).toMatch(/^http\/1\.1 200 [^]*connection: keep-alive/);
  const closing = channel.close();
  const refused = new Promise((resolve) => setImmediate(() => setImmediate(() => resolve(connected(channel.port).then(() => 'let in', (error: NodeJS.ErrnoException) => error.code)))));
  for (const answer of await Promise.all([ask(kept), ask(fresh)])) expect(answer).toMatch(/^http\/1\.1 200 [^]*connection: close/);
  expect(await refused).toBe('ECONNREFUSED');
  await closing;
});
