import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { ConnectionPool, SASLMechanisms, type Connection } from '@platformatic/kafka';
import { afterEach, expect, it } from 'vitest';

const server = createServer({ allowHalfOpen: true });
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** Answers the first request, a SaslHandshake, with error 33 (the mechanism is not supported) and no mechanisms. */
function refuseLogin(socket: Socket): void {
  socket.once('data', (request: Buffer) => {
    const answer = Buffer.alloc(14);
    answer.writeInt32BE(10, 0);
    answer.writeInt32BE(request.readInt32BE(8), 4);
    answer.writeInt16BE(33, 8);
    socket.write(answer);
  });
  socket.once('end', () => socket.resetAndDestroy());
}

// patches/@platformatic__kafka@1.35.0.patch: as it was released, the pool heard the first error of a connection only,
// and the second one, which comes when a broker resets a connection whose login it has refused, ended the process.
it('a connection of platformatic whose login is refused and which is then reset does not end the process', async () => {
  server.on('connection', refuseLogin).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const pool = new ConnectionPool('test', {
    sasl: { mechanism: SASLMechanisms.PLAIN, username: 'app', password: 'wrong' },
  });
  let closed: Promise<boolean> | undefined;
  pool.on('failed', ({ connection }: { connection: Connection }) => {
    closed = new Promise((resolve) => connection.socket.once('close', resolve));
  });
  const { port } = server.address() as AddressInfo;
  await expect(pool.get({ host: '127.0.0.1', port })).rejects.toThrow(`Connection to 127.0.0.1:${port} failed.`);
  // `true` says that an error closed the socket: the broker's reset came, and nobody threw it.
  expect(await closed).toBe(true);
});
