import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { servicePrincipal } from '#platform/identity/principal.ts';
import { orderInput } from '../harness/placing.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';
import { overGrpc, overHttp, subscribe } from './doors.ts';
import { openInnerDoors, type InnerDoors } from './innerDoors.ts';
import { mutated, randomOf, wellFormed } from './mutate.ts';

// FUZZ_INPUTS=10000 npx vitest run --project shared e2e/hostile/fuzz.test.ts. FUZZ_SEED repeats a run.
const inputs = Number(process.env['FUZZ_INPUTS'] ?? 1_200);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
/** What two halves of the inputs may differ by; a leak of a kilobyte an input would be five megabytes of 10,000. */
const mayGrowBytes = 8 * 1024 * 1024 + inputs * 1_024;

let system: TestSystem;
let open: string;
let token: string;
let inner: InnerDoors;
let internal: string;
beforeAll(async () => {
  system = await sharedSystem();
  open = await system.replicaInDevelopment('web');
  token = await system.tokenFor({ role: 'customer', subject: randomUUID() });
  internal = await system.identity.mintInternalToken(servicePrincipal('staff'), 'orders');
  inner = await openInnerDoors(system);
});
afterAll(() => inner?.close());

const menu = {
  query:
    'query ($id: ID!, $n: Int = 3) { store(id: $id) { name menu { sections { category { name } entries(first: $n) { edges { node { item { id name } price { amount } } } } } } } stores(first: $n) { edges { node { id } } } }',
  variables: { id: demoStore, n: 2 },
};
const placing = { query: 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { __typename } }' };
const live = {
  query: 'subscription ($storeId: ID!) { menuAvailabilityChanged(storeId: $storeId) { reset } }',
  variables: { storeId: demoStore },
};
/** A total that no order has keeps what is still valid after its mutation from being placed. */
const order = () => orderInput('TAKEAWAY', { expectedTotal: 1 });

type Door = (random: () => number) => Promise<number>;
/** By the door, how one input is sent; resolves to a status of HTTP, or 0 where there is none. */
const doors: Readonly<Record<string, Door>> = {
  'a document': async (random) => (await overHttp(open, { body: mutated(JSON.stringify(menu), random), token })).status,
  'its text only': async (random) =>
    (await overHttp(open, { body: JSON.stringify({ ...menu, query: mutated(menu.query, random) }), token })).status,
  'an order': async (random) =>
    (
      await overHttp(open, {
        body: mutated(JSON.stringify({ ...placing, variables: { input: order() } }), random),
        token,
      })
    ).status,
  GET: async (random) =>
    (
      await overHttp(
        `${open}?${encodeURI(wellFormed(mutated(`query=${menu.query}&variables=${JSON.stringify(menu.variables)}`, random))).slice(0, 8_000)}`,
        {
          method: 'GET',
          token,
          headers: { 'graphql-require-preflight': '1' },
        },
      )
    ).status,
  'an order over REST': async (random) =>
    (
      await overHttp(new URL('/v1/orders', system.urlOf('rest')).href, {
        body: mutated(JSON.stringify(order()), random),
        token,
      })
    ).status,
  'an address of REST': async (random) => {
    const path = encodeURI(wellFormed(mutated(`/v1/stores/${demoStore}?page[size]=1`, random))).slice(0, 4_000);
    const url = new URL(system.urlOf('rest'));
    return (await overHttp(`${url.origin}/${path}`, { method: 'GET', token })).status;
  },
  'a token': async (random) =>
    (
      await overHttp(open, {
        body: JSON.stringify(menu),
        token: mutated(token, random)
          .replaceAll(/[^\x21-\x7e]/g, '?')
          .slice(0, 12_000),
      })
    ).status,
  'a subgraph': async (random) =>
    (await overHttp(inner.subgraphUrl, { body: mutated(JSON.stringify(placing), random), token: internal })).status,
  gRPC: async (random) => {
    const body = mutated('\u0008\u0000\u0010\u0001', random);
    const { status } = await overGrpc(inner.grpcUrl, '/drburger.platform.v1.ParkedEventService/ListParked', {
      body,
      token: internal,
    });
    // A message that cannot be parsed is 13, INTERNAL, by gRPC itself; 2, UNKNOWN, is an error that nobody expected.
    return status === 2 || status === -1 ? 500 : 0;
  },
  'a webhook, rightly signed': async (random) => {
    const notice = '{"version":"2026-01","type":"payment.refunded","data":{"merchantReference":"x"}}';
    const body = wellFormed(mutated(notice, random));
    const [id, at] = [`fuzz-${randomUUID()}`, new Date()];
    const signature = new Webhook(system.webhooks.secrets['WEBHOOK_PAYMENTS_KEYS']!).sign(id, at, body);
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': signature,
    };
    return (await overHttp(`${system.webhooks.url}/webhooks/payments`, { body, headers })).status;
  },
  'a webhook of nobody': async (random) =>
    (await overHttp(`${system.webhooks.url}/webhooks/velo`, { body: mutated('{"job":"x"}', random) })).status,
  'a WebSocket': async (random) => {
    const socket = new WebSocket(open.replace(/^http/, 'ws'), 'graphql-transport-ws');
    await once(socket, 'open');
    const closed = once(socket, 'close').then(([code]) => code as number);
    const answered = new Promise<number>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const { type, payload } = JSON.parse(data.toString()) as { type: string; payload?: unknown };
        if (type === 'connection_ack') {
          socket.send(mutated(subscribe(live), random));
          socket.send(JSON.stringify({ type: 'ping' }));
        }
        if (type === 'pong' || type === 'next' || type === 'error')
          resolve(JSON.stringify(payload ?? '').includes('INTERNAL_SERVER_ERROR') ? 500 : 0);
      });
    });
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    const result = await Promise.race([answered, closed.then((code) => (code === 1011 || code === 1006 ? 500 : 0))]);
    socket.terminate();
    return result;
  },
};

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

test(
  `${inputs} inputs made wrong break nothing, at any door (FUZZ_SEED=${seed})`,
  async () => {
    const names = Object.keys(doors);
    const broken: string[] = [];
    const send = async (from: number, to: number): Promise<void> => {
      let next = from;
      const work = async (): Promise<void> => {
        for (let at = next++; at < to; at = next++) {
          const name = names[at % names.length]!;
          const status = await doors[name]!(randomOf(seed + at)).catch((error: unknown) => String(error));
          // 503 says that the machine is busy, 501 that nobody knows such a method.
          if (typeof status === 'string' || (status >= 500 && status !== 503)) broken.push(`${name} ${at}: ${status}`);
        }
      };
      await Promise.all(Array.from({ length: 8 }, work));
    };
    const third = Math.floor(inputs / 3);
    // What is remembered of documents and callers up to its bounds is there after the first third.
    await send(0, third);
    const before = heapAfterCollection();
    await send(third, inputs);
    const grown = heapAfterCollection() - before;
    expect(broken).toEqual([]);
    expect(grown, `grew by ${Math.round(grown / 1024)} kB`).toBeLessThan(mayGrowBytes);
    const alive = await overHttp(open, { body: JSON.stringify(menu), token });
    expect([alive.status, alive.body.includes('"errors"')]).toEqual([200, false]);
  },
  Math.max(240_000, inputs * 60),
);
