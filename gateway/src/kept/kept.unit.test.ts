import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { parse, print } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeTail } from '../testkit/fakeTail.ts';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';
import type { AnswerScope } from './answerScope.ts';
import { KeptAnswers } from './keptAnswers.ts';
import { isKeptAnswer } from './keptOperations.ts';

const shop = 'query ShopPage($id: ID!) { shop(id: $id) { id name } }';
const board = 'query BoardPage($id: ID!) { board(storeId: $id) { for } }';
const order = 'query OrderPage($id: ID!) { order(orderId: $id) { id status version } }';
const till = 'query TillPage($id: ID!) { till(storeId: $id) { for } }';
const idOf = (text: string) =>
  createHash('sha256')
    .update(print(parse(text)))
    .digest('hex');
const kept = { maxAgeSeconds: 60, keep: { for: 'public', seconds: 60 } } as const;

let parts: Fixture;
let bus: FakeTail;
let channel: ServedChannel;
const purged: string[] = [];

beforeAll(async () => {
  parts = await fixture();
  bus = new FakeTail();
  channel = await serveFixture(parts, {
    operations: { shop, board, order },
    bus,
    purge: (tags) => Promise.resolve(void purged.push(...tags)),
    change: (text) => text.replace('type Shop implements Thing', 'type Shop implements Thing @variesBy(caller: [])'),
    manifest: {
      cache: {
        operations: { ShopPage: kept, BoardPage: kept, OrderPage: { ...kept, keep: { for: 'caller', seconds: 60 } } },
      },
    },
  });
});
beforeEach(() => {
  parts.calls.length = 0;
  parts.gate = () => Promise.resolve();
});
afterAll(() => channel.close());

const addressOf = (id: string, text = shop) =>
  `${channel.url.replace('localhost', '127.0.0.1')}?${new URLSearchParams({ documentId: idOf(text), variables: JSON.stringify({ id }) }).toString()}`;
const get = (id: string, headers: Record<string, string> = {}, text = shop) =>
  fetch(addressOf(id, text), { headers: { 'graphql-require-preflight': '1', accept: 'application/json', ...headers } });
const happened = (topic: string, feed: string) => bus.happened(topic, feed);

describe('an answer that is kept', () => {
  it('is given to everybody, and is not sent again to who has it', async () => {
    const first = await get('k1');
    expect([first.status, first.headers.get('surrogate-key'), await first.json()]).toEqual([
      200,
      'kiosk kiosk.shops.shop kiosk.shops.shop:k1',
      { data: { shop: { id: 'k1', name: 'Shop k1' } } },
    ]);
    const authorization = `Bearer ${await parts.token('customer')}`;
    await get('k1', { authorization });
    const again = await get('k1', { 'if-none-match': first.headers.get('etag')! });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(parts.calls).toHaveLength(2);
    await get('k1');
    expect(parts.calls).toHaveLength(2);
    // Lists, weak and strong tags, and a HEAD, which has no body of its own.
    const strong = first.headers.get('etag')!.replace('W/', '');
    for (const tags of [`"other", ${first.headers.get('etag')}`, strong, '*'])
      expect((await get('k1', { 'if-none-match': tags })).status).toBe(304);
    expect((await get('k1', { 'if-none-match': '"other"' })).status).toBe(200);
    const head = await fetch(addressOf('k1'), { method: 'HEAD', headers: { 'graphql-require-preflight': '1' } });
    expect([head.status, head.headers.get('etag'), head.headers.get('vary')]).toEqual([
      200,
      first.headers.get('etag'),
      'Authorization, Accept, Accept-Encoding',
    ]);
    expect(parts.calls).toHaveLength(2);
  });

  it('is let go by an event of a domain that was asked, and by no other', async () => {
    await get('k3');
    await get('k3', {}, board);
    happened('menu.v1', 'store:k3');
    await get('k3', {}, board);
    expect(parts.calls.map(({ subgraph }) => subgraph)).toEqual(['shops', 'orders']);
    happened('orders.v1', 'store:k3');
    await get('k3');
    await get('k3', {}, board);
    expect(parts.calls.map(({ subgraph }) => subgraph)).toEqual(['shops', 'orders', 'orders']);
  });

  it('is kept by a CDN for whoever has no token, until an event', async () => {
    const headers = async (...args: Parameters<typeof get>) => {
      const answer = await get(...args);
      return [answer.headers.get('cdn-cache-control'), answer.headers.get('cache-tag')];
    };
    expect(await headers('k9', {}, board)).toEqual(['max-age=60', 'kiosk,kiosk.orders.store,kiosk.orders.store:k9']);
    const authorization = `Bearer ${await parts.token('customer')}`;
    expect(await headers('k9', { authorization }, board)).toEqual([null, null]);
    happened('orders.v1', 'store:k9');
    happened('menu.v1', 'store:k9');
    await expect.poll(() => purged).toContain('kiosk.orders.store:k9');
    expect([purged[0], purged.filter((each) => each.includes('menu'))]).toEqual(['kiosk', []]);
  });

  it('of a thing whose id can stand in no tag is let go by every event of its kind', async () => {
    for (const id of ['a b', 'a,b', 'a\r\nset-cookie: x=y', 'é', '☃', 'x'.repeat(101)]) {
      const answer = await get(id, {}, board);
      expect([answer.status, answer.headers.get('cache-tag'), answer.headers.get('set-cookie')]).toEqual([
        200,
        'kiosk,kiosk.orders',
        null,
      ]);
      await get(id, {}, board);
      happened('orders.v1', 'store:another');
      await get(id, {}, board);
      expect(parts.calls.splice(0)).toHaveLength(2);
    }
  });

  it('is not kept by others if an event came while it was made', async () => {
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    parts.gate = () => gate;
    const late = get('k8', {}, board);
    await expect.poll(() => parts.calls.length).toBe(1);
    happened('orders.v1', 'store:k8');
    open();
    const { headers } = await late;
    expect([headers.get('cache-control'), headers.get('cdn-cache-control')]).toEqual(['no-store', null]);
  });

  it('is made anew while what it is read from has not come as far as what was heard', async () => {
    const status = async () => {
      const authorization = `Bearer ${await parts.token('customer', 'ann')}`;
      const { body } = await channel.post({ query: order, variables: { id: 'k7' } }, { authorization });
      return (body.data as { order: { status: string } }).order.status;
    };
    parts.orders.set('k7', { id: 'k7', owner: 'ann', status: 'PLACED', version: 1 });
    expect([await status(), await status()]).toEqual(['PLACED', 'PLACED']);
    expect(parts.calls).toHaveLength(1);
    bus.statusChanged('k7', 2, 'READY');
    expect([await status(), await status()]).toEqual(['PLACED', 'PLACED']);
    expect(parts.calls).toHaveLength(3);
    // No event tells that the read model has caught up.
    parts.orders.set('k7', { id: 'k7', owner: 'ann', status: 'READY', version: 2 });
    expect([await status(), await status()]).toEqual(['READY', 'READY']);
    expect(parts.calls).toHaveLength(4);
  });

  it('is for nobody else where it depends on who asks', async () => {
    parts.orders.set('k6', { id: 'k6', owner: 'ann', status: 'PLACED', version: 1 });
    const asked = async (subject: string, role: 'customer' | 'manager' = 'customer') => {
      const authorization = `Bearer ${await parts.token(role, subject)}`;
      const { body } = await channel.post({ query: order, variables: { id: 'k6' } }, { authorization });
      return body.data as unknown;
    };
    const own = { order: { id: 'k6', status: 'PLACED', version: 1 } };
    expect([await asked('ann'), await asked('bob'), await asked('ann'), await asked('bob')]).toEqual([
      own,
      { order: null },
      own,
      { order: null },
    ]);
    // One who has another role asks for themselves.
    await asked('ann', 'manager');
    expect(parts.calls).toHaveLength(3);
    const { body } = await channel.post({ query: order, variables: { id: 'k6' } });
    expect(body.data).toEqual({ order: null });
    expect(body.errors).toHaveLength(1);
  });

  it('is made once for all who ask while it is made', async () => {
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const begun = new Promise<void>((resolve) => {
      parts.gate = () => {
        resolve();
        return gate;
      };
    });
    const all = ['a', 'b', 'c'].map(() => get('k2'));
    await begun;
    open();
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(parts.calls).toHaveLength(1);
  });

  it('does not stand where the answer depends on more of its caller than is said', async () => {
    await expect(
      serveFixture(parts, { operations: { till }, bus, manifest: { cache: { operations: { TillPage: kept } } } }),
    ).rejects.toThrow('kiosk: the answer of TillPage is to be kept for "public", but varies by store.');
  });

  it('is not for an operation that nobody has registered', async () => {
    await expect(
      serveFixture(parts, {
        operations: { till },
        bus,
        manifest: { cache: { operations: { TilPage: { maxAgeSeconds: 60 } } } },
      }),
    ).rejects.toThrow('kiosk: there is no operation TilPage, which its cache policy names.');
  });
});

describe('kept answers', () => {
  it('are let go by what they are of, among ten thousand, and take no more memory than they may', async () => {
    const fill = async (maxBytes: number) => {
      const answers = new KeptAnswers(maxBytes);
      for (let n = 0; n < 10_000; n += 1) {
        const places = new Map([['shops', [new Map([['shop', String(n % 200)]])]]]);
        const scope: AnswerScope = { places, versions: [], isUnproven: false };
        const make = () => Promise.resolve({ result: { data: { n } }, scope });
        await answers.answer({ key: String(n), caller: 'jo', maxAgeMs: 60_000, make });
      }
      return answers;
    };
    const all = await fill(64 * 2 ** 20);
    const about = (shop: string) => ({ domain: 'shops', things: new Map([['shop', new Set([shop])]]), versions: [] });
    expect([all.count, all.hear(about('7')), all.hear(about('7')), all.hear(about('nowhere')), all.count]).toEqual([
      10_000, 50, 0, 0, 9_950,
    ]);
    expect(all.hear({ domain: 'shops', things: new Map(), versions: [] })).toBe(9_950);
    expect([all.count, all.bytes]).toEqual([0, 0]);
    const few = await fill(2 ** 20);
    expect(few.bytes).toBeLessThanOrEqual(2 ** 20);
    expect(few.count).toBeGreaterThan(900);
    // The least recently used have gone.
    expect(few.find({ key: '0', caller: 'jo', maxAgeMs: 60_000 })).toBeUndefined();
    expect(few.find({ key: '9999', caller: 'jo', maxAgeMs: 60_000 })).toBeDefined();
  });

  it('are weighed with the variables that they were asked for by', async () => {
    const answers = new KeptAnswers(2 ** 20);
    const scope: AnswerScope = { places: new Map(), versions: [], isUnproven: false };
    const make = () => Promise.resolve({ result: { data: null }, scope });
    for (let n = 0; n < 500; n += 1)
      await answers.answer({ key: `${n}${'x'.repeat(50_000)}`, caller: 'jo', maxAgeMs: 60_000, make });
    expect(answers.count).toBeLessThanOrEqual(20);
  });

  it('are never older than an event that came before they were asked for, nor than a write of the caller', async () => {
    type Step = {
      readonly do: 'read' | 'begin' | 'end' | 'event' | 'write';
      readonly key: string;
      readonly caller: string;
    };
    const steps = fc.array(
      fc.record({
        do: fc.constantFrom('read', 'read', 'begin', 'end', 'event', 'write' as const),
        key: fc.constantFrom('1', '2'),
        caller: fc.constantFrom('jo', 'al'),
      }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (all: Step[]) => {
        const answers = new KeptAnswers(1_000_000);
        const state: Record<string, number> = { '1': 0, '2': 0 };
        const running: (() => void)[] = [];
        const reads: Promise<void>[] = [];
        const read = (key: string, caller: string, waits: boolean) => {
          const least = state[key]!;
          const wanted = {
            key,
            caller,
            maxAgeMs: 60_000,
            make: async () => {
              // What it reads is from its beginning.
              const value = state[key];
              if (waits) await new Promise<void>((resolve) => running.push(resolve));
              const places = new Map([['shops', [new Map([['shop', key]])]]]);
              const scope: AnswerScope = { places, versions: [], isUnproven: false };
              return { result: { data: { value } }, scope };
            },
          };
          reads.push(
            answers.answer(wanted).then(({ answer }) => {
              if (!isKeptAnswer(answer)) throw new Error('it failed');
              const { data } = JSON.parse(answer.bytes.toString()) as { data: { value: number } };
              expect(data.value).toBeGreaterThanOrEqual(least);
            }),
          );
        };
        for (const { do: what, key, caller } of all) {
          if (what === 'read' || what === 'begin') read(key, caller, what === 'begin');
          if (what === 'end') running.shift()?.();
          if (what === 'event') {
            state[key]! += 1;
            answers.hear({ domain: 'shops', things: new Map([['shop', new Set([key])]]), versions: [] });
          }
          if (what === 'write') {
            state[key]! += 1;
            for (const each of ['jo', 'al']) answers.wrote(each);
          }
          await Promise.resolve();
        }
        const ending = setInterval(() => running.splice(0).forEach((end) => end()), 1);
        await Promise.all(reads).finally(() => clearInterval(ending));
      }),
      { numRuns: 100 },
    );
  });
});
