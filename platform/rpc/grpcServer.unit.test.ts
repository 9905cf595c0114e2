import { once } from 'node:events';
import {
  connect as connectHttp2,
  constants,
  type ClientHttp2Session,
  type Http2Server,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterEach, describe, expect, it } from 'vitest';
import { AccessQueryService } from '#generated/proto/drburger/customers/v1/access_pb.ts';
import { servicePrincipal } from '#platform/identity/principal.ts';
import { grpcServer, type GrpcPatience } from './grpcServer.ts';
import { service } from './service.ts';

const open: { destroy(): unknown }[] = [];
const servers: Http2Server[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.destroy();
  for (const each of servers.splice(0)) each.close();
});

async function serving(patience?: GrpcPatience) {
  const taken: Socket[] = [];
  const server = grpcServer({
    patience,
    routes: (router) =>
      service(AccessQueryService, ['orders'], { listRevocations: () => ({ revocations: [] }) }).register(router),
    callerOf: (authorization) =>
      authorization === 'Bearer good'
        ? Promise.resolve(servicePrincipal('orders'))
        : Promise.reject(new ConnectError('a service token is required', Code.Unauthenticated)),
  }).listen(0, '127.0.0.1');
  servers.push(server);
  server.on('connection', (socket: Socket) => taken.push(socket));
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, taken };
}

function session(port: number): ClientHttp2Session {
  const made = connectHttp2(`http://127.0.0.1:${port}`).on('error', () => undefined);
  open.push(made);
  return made;
}

const call = {
  ':method': 'POST',
  ':path': '/drburger.customers.v1.AccessQueryService/ListRevocations',
  'content-type': 'application/grpc',
  te: 'trailers',
};

/** Sends a message that is said to have so many bytes, as long as anybody takes them. */
async function send(to: ClientHttp2Session, headers: OutgoingHttpHeaders, bytes: number): Promise<string | undefined> {
  const stream = to.request({ ...call, ...headers }).on('error', () => undefined);
  let status: string | undefined;
  const told = new Promise<void>((resolve) => {
    const hear = (heard: Record<string, unknown>): void => {
      status ??= heard['grpc-status'] as string | undefined;
      if (status) resolve();
    };
    stream.on('response', hear).on('trailers', hear).once('close', resolve);
  });
  stream.resume();
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(bytes, 1);
  stream.write(prefix);
  const chunk = Buffer.alloc(64 * 1024);
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !stream.destroyed && stream.writable) {
      left -= chunk.length;
      if (!stream.write(chunk)) return void stream.once('drain', more);
    }
    if (!stream.destroyed && stream.writable) stream.end();
  };
  more();
  await told;
  return status;
}

const tooMuch = 300 * 1024 * 1024;

describe('a gRPC server', () => {
  it('refuses 300 MB of somebody without a token before it has read them', async () => {
    const { port, taken } = await serving();
    expect(await send(session(port), {}, tooMuch)).toBe(String(Code.Unauthenticated));
    expect(taken[0]!.bytesRead).toBeLessThan(2 * 1024 * 1024);
  });

  it('refuses a message of 300 MB of somebody who may call when it hears of its size', async () => {
    const { port, taken } = await serving();
    expect(await send(session(port), { authorization: 'Bearer good' }, tooMuch)).toBe(String(Code.ResourceExhausted));
    expect(taken[0]!.bytesRead).toBeLessThan(20 * 1024 * 1024);
  });

  it('answers who may call, on a connection on which another call was refused', async () => {
    const to = session((await serving()).port);
    expect(await send(to, {}, 1_000)).toBe(String(Code.Unauthenticated));
    expect(await send(to, { authorization: 'Bearer good' }, 0)).toBe('0');
  });

  it('cuts off who says nothing, and who talks without ever being let in', async () => {
    const { port } = await serving({ firstCall: 150, idle: 60_000 });
    const silent = connect(port, '127.0.0.1')
      .on('error', () => undefined)
      .resume();
    open.push(silent);
    const talking = session(port);
    const pings = setInterval(() => {
      if (!talking.destroyed) talking.ping(() => undefined);
    }, 20);
    await Promise.all([once(silent, 'close'), once(talking, 'close')]);
    clearInterval(pings);
  });

  it('ends a call whose answer is not read, while others of its connection go on, and has only so many at once', async () => {
    const { port } = await serving({ firstCall: 60_000, idle: 150 });
    const hung = connectHttp2(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 0 } }).on('error', () => 0);
    open.push(hung);
    const unread = hung.request({ ...call, authorization: 'Bearer good' }).on('error', () => undefined);
    unread.end(Buffer.alloc(5));
    const more = setInterval(() => {
      hung
        .request({ ...call, authorization: 'Bearer good' })
        .on('error', () => undefined)
        .end(Buffer.alloc(5));
    }, 20);
    await once(unread, 'close');
    clearInterval(more);
    expect([unread.rstCode, hung.destroyed]).toEqual([constants.NGHTTP2_CANCEL, false]);
    expect(hung.remoteSettings.maxConcurrentStreams).toBe(1_000);
    expect(await send(session(port), { authorization: 'Bearer good' }, 0)).toBe('0');
  });

  it('closes a connection that nobody uses any more', async () => {
    const to = session((await serving({ firstCall: 60_000, idle: 150 })).port);
    expect(await send(to, { authorization: 'Bearer good' }, 0)).toBe('0');
    await once(to, 'close');
  });
});
