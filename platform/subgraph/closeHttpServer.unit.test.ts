import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { HeaderMap } from '@apollo/server';
import { afterEach, describe, expect, it } from 'vitest';
import { servicePrincipal } from '#platform/identity/principal.ts';
import { until } from '#platform/testkit/until.ts';
import { announceClose, closeHttpServer } from './closeHttpServer.ts';
import { subgraphServer } from './httpServer.ts';

const sockets: Socket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

/** A subgraph whose answers wait until told, and how to speak to it. */
async function serving() {
  let answer: () => void = () => undefined;
  const answers = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let asked = 0;
  const server = subgraphServer({
    execution: {
      admit: () => Promise.resolve({ principal: servicePrincipal('gateway'), traceparent: undefined }),
      answer: async () => {
        asked += 1;
        await answers;
        return { headers: new HeaderMap(), body: { kind: 'complete', string: JSON.stringify({ data: { asked } }) } };
      },
    },
    ready: () => Promise.resolve(true),
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    answer,
    asked: () => asked,
    async connected(): Promise<Socket> {
      const taken = once(server, 'connection');
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
        .on('error', () => undefined)
        .setEncoding('utf8');
      sockets.push(socket);
      await taken;
      return socket;
    },
  };
}

const body = '{"query":"{ a }"}';
const request = `POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

describe("a subgraph's HTTP server that closes", () => {
  it('answers what is in hand, and on the same connection one thing more: that it closes', async () => {
    const { server, answer, asked, connected } = await serving();
    const socket = await connected();
    let heard = '';
    // Asks again as soon as it is answered, as a gateway under load does.
    socket.on('data', (text: string) => {
      heard += text;
      if (text.includes('asked')) socket.write(request);
    });
    socket.write(request);
    await until(() => asked() === 1);
    const closed = Promise.all([closeHttpServer(server, 60_000), once(socket, 'close')]);
    answer();
    await closed;
    expect(heard.match(/^connection: .*$/gim)?.at(-1)).toMatch(/close/);
    expect(asked()).toBe(2);
  });

  it.each([
    ['nothing', ''],
    ['half a head', 'POST /graphql HTTP/1.1\r\nhost: a\r\n'],
    ['half a body', request.slice(0, -3)],
  ])('ends though a client has said %s', async (_what, text) => {
    const { server, connected } = await serving();
    const socket = (await connected()).resume();
    await new Promise<void>((resolve) => socket.write(text, () => resolve()));
    await closeHttpServer(server, 20);
  });

  it('says on every answer that it will, as soon as it is announced, and serves on', async () => {
    const { server, answer, connected } = await serving();
    answer();
    announceClose(server);
    const socket = await connected();
    let heard = '';
    socket.on('data', (text: string) => {
      heard += text;
    });
    socket.write(request);
    await once(socket, 'close');
    expect(heard).toMatch(/^HTTP\/1\.1 200 [^]*connection: close[^]*asked/i);
    await closeHttpServer(server, 60_000);
  });
});
