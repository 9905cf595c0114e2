import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '#platform/testkit/until.ts';
import { FakeDomain } from '../testkit/fakeDomain.ts';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';
import { RawSocket } from '../testkit/streamingClient.ts';

/** What a channel takes, from all callers and from one: by the cost of a request, by what runs, by the minute. */
let parts: Fixture;
let channel: ServedChannel;
let customer: Record<string, string>;
let manager: Record<string, string>;

beforeAll(async () => {
  parts = await fixture();
  channel = await serveFixture(parts);
  customer = { authorization: `Bearer ${await parts.token('customer')}` };
  manager = { authorization: `Bearer ${await parts.token('admin')}` };
});
afterAll(() => channel.close());
beforeEach(() => {
  parts.calls.length = 0;
  parts.down.clear();
  parts.gate = () => Promise.resolve();
  parts.orders.clear();
  parts.orders.set('o1', { id: 'o1', owner: 'someone', status: 'PLACED', version: 1 });
});

describe('the cost of a request', () => {
  const dear = '{ shops { name wares { title } } things { id } }';

  it('is refused above the limit of the channel before anything runs, with both numbers', async () => {
    const cheap = await serveFixture(parts, { manifest: { limits: { cost: 100 } } });
    try {
      parts.calls.length = 0;
      const { status, body } = await cheap.post({ query: dear });
      expect(status).toBe(400);
      expect(body.errors![0]!.extensions).toEqual({
        code: 'COST_LIMIT_EXCEEDED',
        cost: { estimated: 120, limit: 100 },
      });
      expect(parts.calls).toEqual([]);
      expect((await cheap.post({ query: '{ shops { name } }' })).body.data.shops).toHaveLength(2);
    } finally {
      await cheap.close();
    }
  });

  it('is told in `extensions` in development, of documents that are not trusted', async () => {
    const { body } = await channel.post({ query: dear });
    expect(body.extensions).toEqual({ cost: { estimated: 120, limit: 20_000 } });
    expect(body.data.shops).toHaveLength(2);
  });

  it('keeps a channel from starting with a trusted document that nobody could run', async () => {
    const starting = serveFixture(parts, {
      manifest: { limits: { cost: 100 } },
      operations: { Dear: `query Dear ${dear}` },
    });
    await expect(starting).rejects.toThrow('Dear is not valid in the channel: The request may cost 120');
  });
});

describe('a channel with more to do than it can', () => {
  const order = 'mutation { advance(orderId: "o1") { id } }';

  it('sheds browsing before ordering, with 503 and when to come back, and says so', async () => {
    const load = { maxRunning: 2, keptForUrgent: 1, maxWaiting: 1, waitMs: 60_000 };
    const busy = await serveFixture(parts, { manifest: { load } });
    const health = async () =>
      (await fetch(new URL('/health/ready', busy.url.replace('localhost', '127.0.0.1')))).text();
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    try {
      expect(await health()).toBe('{"status":"ready"}');
      parts.calls.length = 0;
      parts.gate = (subgraph) => (subgraph === 'shops' ? opened : Promise.resolve());
      const running = busy.post({ query: '{ shops { name } }' }, manager);
      await until(() => parts.calls.length === 1, { what: 'the first request is at its subgraph' });
      // One browses, one waits: the next one who browses makes room for nobody.
      const others = [1, 2].map(() => busy.post({ query: '{ shops { id } }' }, customer));
      const shed = await Promise.race(others);
      expect(shed.status).toBe(503);
      expect(shed.body.errors![0]!.extensions.code).toBe('OVERLOADED');
      expect(shed.headers.get('retry-after')).toBe('5');
      expect(await health()).toBe('{"status":"shedding"}');
      // Nothing of it ran, and an order has its place.
      expect(parts.calls).toHaveLength(1);
      expect((await busy.post({ query: order }, customer)).body.data.advance.id).toBe('o1');
      open();
      expect((await running).status).toBe(200);
      expect((await Promise.all(others)).map(({ status }) => status).sort()).toEqual([200, 503]);
    } finally {
      open();
      await busy.close();
    }
  });

  it('refuses those who wait to browse in favour of an order and of its status, which run next', async () => {
    const busy = await serveFixture(parts, {
      operations: { OrderScreen: 'query OrderScreen { order(orderId: "o1") { status } }' },
      manifest: { load: { maxRunning: 2, keptForUrgent: 1, maxWaiting: 2, waitMs: 60_000, first: ['OrderScreen'] } },
    });
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const at = (count: number) => until(() => parts.calls.length === count, { what: `${count} requests run` });
    try {
      parts.calls.length = 0;
      parts.gate = () => opened;
      // Both places are taken, and that in the queue by who browses.
      const browsing = busy.post({ query: '{ shops { name } }' }, manager);
      await at(1);
      const ordering = busy.post({ query: order }, manager);
      await at(2);
      const waiting = [1, 2].map((n) => busy.post({ query: `{ shop(id: "${n}") { id } }` }, customer));
      const third = busy.post({ query: '{ shop(id: "3") { id } }' }, customer);
      expect((await Promise.race([...waiting, third])).status, 'the queue is full').toBe(503);
      const urgent = [busy.post({ query: order }, customer)];
      urgent.push(busy.post({ query: 'query OrderScreen { order(orderId: "o1") { status } }' }, customer));
      const shed = await Promise.all([...waiting, third]);
      expect(shed.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual(
        shed.map(() => [503, '5']),
      );
      expect(parts.calls, 'nothing of what was refused ran').toHaveLength(2);
      open();
      const answers = await Promise.all([browsing, ordering, ...urgent]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect(answers.at(-1)!.body.data).toEqual({ order: { status: 'PLACED' } });
    } finally {
      open();
      await busy.close();
    }
  });
});

describe('the connections of one address', () => {
  it('are limited, with and without a token, so that it takes not those of all others', async () => {
    const domain = new FakeDomain();
    const limited = await serveFixture(parts, {
      ...{ bus: domain, feeds: domain, cursorKeys: ['k'], proxies: ['127.0.0.1'] },
      manifest: { streams: { maxConnectionsPerAddress: 2 } },
    });
    const url = limited.url.replace('localhost', '127.0.0.1');
    const open: WebSocket[] = [];
    const connect = async (address: string): Promise<unknown> => {
      const headers = { 'x-forwarded-for': address };
      const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
      open.push(socket.on('error', () => undefined));
      const refused = once(socket, 'unexpected-response').then((told) => (told[1] as IncomingMessage).statusCode);
      return Promise.race([once(socket, 'open').then(() => 'open'), refused]);
    };
    const stream = async (address: string) => {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { ...customer, 'x-forwarded-for': address, accept: 'text/event-stream', ...json },
        body: JSON.stringify({ query: '{ shops { id } }' }),
      });
      await answer.text();
      return answer.status;
    };
    const json = { 'content-type': 'application/json' };
    try {
      expect([await connect('8.8.8.8'), await connect('8.8.8.8')]).toEqual(['open', 'open']);
      expect([await connect('8.8.8.8'), await stream('8.8.8.8')]).toEqual([503, 429]);
      // A household has a network of IPv6; of our own addresses nobody knows how many are behind.
      for (const n of [1, 2]) expect(await connect(`2606:4700::${n}`)).toBe('open');
      expect([await connect('2606:4700::3'), await connect('8.8.4.4')]).toEqual([503, 'open']);
      for (let n = 0; n < 3; n += 1) expect(await connect('10.0.0.9')).toBe('open');
      open[0]!.terminate();
      await until(async () => (await stream('8.8.8.8')) === 200, { what: 'its place is free again' });
    } finally {
      open.forEach((each) => each.terminate());
      await limited.close();
    }
  });
});

describe('the rates of one caller', () => {
  const mutation = (fields: number) =>
    `mutation { ${Array.from({ length: fields }, (_, at) => `a${at}: advance(orderId: "o1") { id }`).join(' ')} }`;

  it('are told in headers; over them a request is refused with 429 and when to come back, and nothing runs', async () => {
    const limited = await serveFixture(parts, {
      manifest: { rates: { requestsPerMinute: 3, mutationsPerMinute: 10 } },
    });
    try {
      const first = await limited.post({ query: '{ shops { id } }' }, customer);
      expect(first.headers.get('ratelimit-policy')).toBe('"requests";q=3;w=60');
      expect(first.headers.get('ratelimit')).toMatch(/^"requests";r=2;t=\d+$/);
      expect(first.headers.get('x-content-type-options')).toBe('nosniff');
      await limited.post({ query: '{ shops { id } }' }, customer);
      await limited.post({ query: '{ shops { id } }' }, customer);
      parts.calls.length = 0;
      const refused = await limited.post({ query: '{ shops { id } }' }, customer);
      expect(refused.status).toBe(429);
      expect(refused.body.errors![0]!.extensions.code).toBe('TOO_MANY_REQUESTS');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused.headers.get('ratelimit')).toMatch(/^"requests";r=0;t=\d+$/);
      expect(parts.calls).toEqual([]);
      // Nobody else is refused.
      const other = { authorization: `Bearer ${await parts.token('customer', 'somebody else')}` };
      expect((await limited.post({ query: '{ shops { id } }' }, other)).status).toBe(200);
    } finally {
      await limited.close();
    }
  });

  it('count all callers of one address of the internet together, with a token and without', async () => {
    const limited = await serveFixture(parts, {
      proxies: ['127.0.0.1'],
      manifest: {
        rates: {
          requestsPerMinute: 100,
          mutationsPerMinute: 100,
          perAddress: { requestsPerMinute: 3, mutationsPerMinute: 2 },
        },
      },
    });
    const shops = { query: '{ shops { id } }' };
    const from = (address: string, body: object = shops, headers: Record<string, string> = {}) =>
      limited.post(body, { ...headers, 'x-forwarded-for': address });
    try {
      for (const headers of [{}, customer, {}]) expect((await from('8.8.8.8', shops, headers)).status).toBe(200);
      parts.calls.length = 0;
      for (const headers of [{}, customer]) {
        const refused = await from('8.8.8.8', shops, headers);
        expect([refused.status, refused.body.errors![0]!.extensions.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(refused.headers.get('ratelimit-policy')).toBe('"address";q=3;w=60');
      }
      expect(parts.calls).toEqual([]);
      expect((await from('8.8.4.4')).headers.get('ratelimit'), 'nothing personal in what a cache may keep').toBeNull();
      const changed = await from('9.9.9.9', { query: mutation(3) }, customer);
      expect([changed.status, changed.headers.get('ratelimit-policy')]).toEqual([429, '"address-mutations";q=2;w=60']);
      // Of IPv6 a household has a network; behind an address of ours there may be everybody.
      for (const n of [1, 2, 3]) expect((await from(`2606:4700::${n}`)).status).toBe(200);
      expect((await from('2606:4700::4')).status).toBe(429);
      for (let n = 0; n < 5; n += 1) expect((await from('10.0.0.9')).status).toBe(200);
    } finally {
      await limited.close();
    }
  });

  it('count what is refused before it runs, too, over every transport: to look at it is work', async () => {
    const domain = new FakeDomain();
    const limited = await serveFixture(parts, {
      ...{ bus: domain, feeds: domain, cursorKeys: ['k'] },
      manifest: { rates: { requestsPerMinute: 2, mutationsPerMinute: 9 } },
    });
    const bearer = async (who: string) => `Bearer ${await parts.token('customer', who)}`;
    const refused = { query: '{ nothing }' };
    try {
      const http = { authorization: await bearer('over HTTP') };
      for (const body of [refused, '{', { query: '{ shops { id } }' }]) await limited.post(body, http);
      expect((await limited.post(refused, http)).body.errors![0]!.extensions.code).toBe('TOO_MANY_REQUESTS');

      const authorization = await bearer('over event streams');
      const statuses: number[] = [];
      for (let n = 0; n < 3; n += 1) {
        const answer = await fetch(limited.url.replace('localhost', '127.0.0.1'), {
          method: 'POST',
          headers: { authorization, accept: 'text/event-stream', 'content-type': 'application/json' },
          body: JSON.stringify(refused),
        });
        statuses.push(answer.status);
        await answer.body?.cancel();
      }
      expect(statuses).toEqual([200, 200, 429]);

      const socket = await new RawSocket(limited.url).begin(await parts.token('customer', 'over a socket'));
      const codes = () =>
        socket.frames.flatMap(({ payload }) => /"code":"(\w+)"/.exec(JSON.stringify(payload) ?? '')?.[1] ?? []);
      for (const id of ['1', '2', '3']) socket.send({ id, type: 'subscribe', payload: refused });
      await until(() => codes().length === 3);
      expect(codes()).toEqual(['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'TOO_MANY_REQUESTS']);
      socket.socket.terminate();
    } finally {
      await limited.close();
    }
  });

  it('count each stream that is opened, so that nobody opens and ends them without end', async () => {
    const domain = new FakeDomain();
    const limited = await serveFixture(parts, {
      ...{ bus: domain, feeds: domain, cursorKeys: ['k'] },
      manifest: { rates: { requestsPerMinute: 2, mutationsPerMinute: 9 } },
    });
    const query = 'subscription { orderStatusChanged(orderId: "o1") { status } }';
    const open = async () => {
      const socket = await new RawSocket(limited.url).begin(await parts.token('customer', 'someone'));
      socket.send({ id: '1', type: 'subscribe', payload: { query } });
      await until(() => socket.frames.length > 1);
      socket.socket.terminate();
      return JSON.stringify(socket.frames[1]);
    };
    try {
      for (const n of [1, 2]) expect(await open(), `socket ${n}`).toContain('"status":"PLACED"');
      parts.calls.length = 0;
      expect(await open()).toContain('TOO_MANY_REQUESTS');
      expect(parts.calls).toEqual([]);
    } finally {
      await limited.close();
    }
  });

  it('count each alias of a mutation', async () => {
    const limited = await serveFixture(parts, {
      manifest: { rates: { requestsPerMinute: 99, mutationsPerMinute: 10 } },
    });
    try {
      expect((await limited.post({ query: mutation(8) }, customer)).status).toBe(200);
      const refused = await limited.post({ query: mutation(3) }, customer);
      expect(refused.status).toBe(429);
      expect(refused.body.errors![0]!.message).toContain('10 mutations, each alias counted');
      expect((await limited.post({ query: '{ shops { id } }' }, customer)).status).toBe(200);
    } finally {
      await limited.close();
    }
  });
});
