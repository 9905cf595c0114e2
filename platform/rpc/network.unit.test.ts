import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { AccessQueryService } from '#generated/proto/drburger/customers/v1/access_pb.ts';
import { developmentAudience, developmentIssuer, newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { createIdentity, type Identity } from '#platform/identity/identity.ts';
import { servicePrincipal } from '#platform/identity/principal.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { startTcpProxy } from '#platform/testkit/tcpProxy.ts';
import { grpcClients, grpcNetwork } from './network.ts';
import type { SignsOfLife } from './peers.ts';
import { service } from './service.ts';

let identity: Identity;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  identity = await createIdentity({
    internalKey: await newSigningKey(),
    scopesOf: () => [],
    client: { issuer: developmentIssuer, audience: developmentAudience, keys: { keys: [] } },
  });
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const unavailable = { code: Code.Unavailable };
const day = { after: new Date(0).toISOString() };

/**
 * A domain that serves on a port, behind a line that can be broken, and ways to it. `release` lets calls that wait for
 * it be answered. `signsOfLife`: those of production unless told.
 */
async function serving({ signsOfLife }: { readonly signsOfLife?: SignsOfLife } = {}) {
  const port = await freePortBlock(1);
  const line = await startTcpProxy({ port });
  closing.push(() => line.close());
  let held: Promise<void> = Promise.resolve();
  let called = (): void => undefined;
  const serve = () =>
    grpcNetwork({ identity, addressOf: () => '', listen: { host: '127.0.0.1', port } }).serve('customers', [
      service(AccessQueryService, ['orders', 'service-0', 'service-1', 'service-2'], {
        listRevocations: async () => {
          called();
          await held;
          return { revocations: [] };
        },
      }),
    ]);
  let server = await serve();
  closing.push(() => server.close());
  const clients = grpcClients({ identity, addressOf: () => `http://127.0.0.1:${line.port}`, signsOfLife });
  closing.push(() => clients.close());
  return {
    line,
    clients,
    call: (caller = 'orders') =>
      createClient(AccessQueryService, clients.transportTo('customers', servicePrincipal(caller))).listRevocations(day),
    hold() {
      let release = (): void => undefined;
      held = new Promise((resolve) => {
        release = resolve;
      });
      return {
        called: new Promise<void>((resolve) => {
          called = resolve;
        }),
        release: () => release(),
      };
    },
    stop: () => server.close(),
    answerWith: (error: unknown) => {
      held = Promise.reject(error as Error);
      held.catch(() => undefined);
    },
    restart: async () => {
      server = await serve();
    },
  };
}

it('makes one connection to a peer, however many clients are made of it and whoever calls', async () => {
  const { line, call } = await serving();
  await Promise.all(Array.from({ length: 20 }, (_, number) => call(`service-${number % 3}`)));
  for (let number = 0; number < 20; number++) await call();
  expect(line.connections).toBe(1);
});

it('reaches a peer again that was restarted, and one whose line was cut', async () => {
  const { line, call, stop, restart } = await serving();
  await call();
  await stop();
  await expect(call()).rejects.toMatchObject(unavailable);
  await restart();
  await call();
  line.cut();
  await expect(call()).rejects.toMatchObject(unavailable);
  line.restore();
  await call();
  expect(line.connections).toBe(1);
});

it('answers what a peer has in hand when it stops', async () => {
  const { call, stop, hold } = await serving();
  await call();
  const { called, release } = hold();
  const answered = call();
  await called;
  const stopped = stop();
  release();
  await answered;
  await stopped;
});

it('gives up a connection whose peer has gone without a word, and goes over another', async () => {
  // Short, since the test waits for them to pass; a machine that is slow to answer in time is taken for a peer that has
  // gone.
  const { line, call } = await serving({ signsOfLife: { silentMs: 100, answerMs: 2_000 } });
  await call();
  line.stall();
  await expect(call()).rejects.toMatchObject(unavailable);
  const again = call();
  line.restore();
  await again;
});

it('says of a call whose line was cut midway that the peer is not available', async () => {
  const { line, call, hold } = await serving();
  await call();
  const { called, release } = hold();
  const cut = expect(call()).rejects.toMatchObject(unavailable);
  await called;
  line.cut();
  await cut;
  release();
});

it('hands on what a peer has answered as the peer has said it', async () => {
  const { call, answerWith } = await serving();
  for (const code of [Code.Internal, Code.Aborted, Code.Canceled]) {
    answerWith(new ConnectError('so it is', code));
    await expect(call()).rejects.toMatchObject({ code });
  }
});

it('leaves no connection behind when it is closed', async () => {
  const { line, call, clients } = await serving();
  await call();
  clients.close();
  await expect.poll(() => line.connections).toBe(0);
  expect(() => clients.transportTo('customers', servicePrincipal('orders'))).toThrow('after the connections');
});

it('is told that a peer is unavailable whose database is down, and of a fault in it that it is one', async () => {
  const { call, answerWith } = await serving();
  answerWith(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
  await expect(call()).rejects.toMatchObject(unavailable);
  answerWith(new TypeError('undefined is not a function'));
  await expect(call()).rejects.toMatchObject({ code: Code.Internal });
});
