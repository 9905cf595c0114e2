import { connect, createServer, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { connect as connectRaw, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { closerOf } from './closerOf.ts';

const clients: (ClientHttp2Session | Socket)[] = [];
afterEach(() => clients.splice(0).forEach((client) => client.destroy()));

/** A server whose calls are answered when told to, and how to close it. */
async function serving(withinMs: number) {
  let answer: () => void = () => undefined;
  const answers = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const server = createServer((request, response) => {
    if (request.url === '/later') void answers.then(() => response.end('answered'));
    if (request.url === '/endless') response.end('x'.repeat(50_000_000));
  });
  const close = closerOf(server, withinMs);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close,
    answer,
    called: once(server, 'stream'),
    connected: once(server, 'connection'),
  };
}

function call(port: number, path: string): ClientHttp2Stream {
  const client = connect(`http://127.0.0.1:${port}`);
  clients.push(client);
  client.on('error', () => undefined);
  return client.request({ ':path': path }).on('error', () => undefined);
}

describe('an HTTP/2 server that closes', () => {
  it('answers the calls in hand first', async () => {
    const { port, close, answer, called } = await serving(60_000);
    const stream = call(port, '/later').setEncoding('utf8');
    await called;
    const closed = close();
    const text = stream.toArray();
    answer();
    expect(await text).toEqual(['answered']);
    await closed;
  });

  it.each(['/never', '/endless'])('ends though a call to %s does not', async (path) => {
    const { port, close, called } = await serving(20);
    // Nobody reads what comes.
    call(port, path).pause();
    await called;
    await close();
  });

  it('ends though a client that said nothing does not hang up', async () => {
    const { port, close, connected } = await serving(20);
    clients.push(
      connectRaw({ port, host: '127.0.0.1', allowHalfOpen: true })
        .on('error', () => undefined)
        .resume(),
    );
    await connected;
    await close();
  });
});
