import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { until } from '#platform/testkit/until.ts';
import { FakeDomain } from '../../testkit/fakeDomain.ts';
import { fixture, type Fixture } from '../../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../../testkit/servedChannel.ts';

const routes: Readonly<Record<string, string>> = {
  'v1/shops/listShops.graphql': 'query ListShops @rest(method: GET, path: "/shops") { shops { id name } }',
  'v1/shops/listFound.graphql': `query ListFound
    @rest(method: GET, path: "/shops/found", deprecated: "2020-01-01", sunset: "2999-01-01", successor: "/v2/shops") { shops { id } }`,
  'v1/shops/listOld.graphql': `query ListOld
    @rest(method: GET, path: "/shops/old", deprecated: "2020-01-01", sunset: "2021-01-01", successor: "/v2/shops") { shops { id } }`,
  'v1/orders/listEvents.graphql': `subscription ListEvents($orderId: ID!)
    @rest(method: GET, path: "/orders/{orderId}/events", signedIn: true) { orderStatusChanged(orderId: $orderId) { id status version } }`,
  'v1/orders/advance.graphql': `mutation Advance($orderId: ID!)
    @rest(method: POST, path: "/orders/{orderId}/advances", status: 201) { advance(orderId: $orderId) { id } }`,
  // Long enough to be compressed.
  'openapi-3.0.json': JSON.stringify({ openapi: '3.0.3', info: { description: 'x'.repeat(2_000) } }),
};

let parts: Fixture;
let domain: FakeDomain;
let channel: ServedChannel;
let headers: Record<string, string>;

const folderOf = (files: Readonly<Record<string, string>>): URL => {
  const folder = temporaryFolder('routes');
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return pathToFileURL(`${folder}/`);
};
const call = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(new URL(path, channel.url.replace('localhost', '127.0.0.1')), init);
const bodyOf = async (path: string, init: RequestInit = {}) => {
  const response = await call(path, init);
  return { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
};
const move = (version: number, status: string) => {
  parts.orders.set('o1', { id: 'o1', owner: 'someone', status, version });
  domain.statusChanged('o1', version, status);
};

interface Page {
  readonly data: { readonly kind: string; readonly version: number; readonly data: { readonly status: string } }[];
  readonly page: { readonly after: string; readonly complete: boolean };
}
const poll = async (query: string): Promise<Page> =>
  (await bodyOf(`/v1/orders/o1/events?${query}`, { headers })).body as Page;

beforeAll(async () => {
  parts = await fixture();
  domain = new FakeDomain();
  channel = await serveFixture(parts, {
    manifest: { routes: folderOf(routes), origins: ['https://app.example'] },
    ...{ bus: domain, feeds: domain, cursorKeys: ['k'], hub: { gapMs: 5 } },
  });
  headers = { authorization: `Bearer ${await parts.token('customer')}` };
});
afterAll(() => channel.close());
beforeEach(() => {
  parts.gate = () => Promise.resolve();
  domain.beginAnew();
});

describe('what goes wrong', () => {
  it('500: a fault of ours is told in the body of the company’s document, without a word of what it was', async () => {
    parts.gate = () => Promise.reject(new TypeError('secret'));
    const { status, body } = await bodyOf('/v1/shops');
    expect([503, 500]).toContain(status);
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(body).toEqual({ error: { code: expect.any(String), message: expect.any(String), details: [] } });
  });

  it('429: a caller who asks too often is told when to come back, and how it stands before', async () => {
    const limited = await serveFixture(parts, {
      manifest: { routes: folderOf(routes), rates: { requestsPerMinute: 1, mutationsPerMinute: 1 } },
    });
    try {
      const url = new URL('/v1/shops', limited.url.replace('localhost', '127.0.0.1'));
      const first = await fetch(url, { headers });
      expect(first.headers.get('ratelimit')).toMatch(/^"requests";r=0;t=\d+$/);
      expect(first.headers.get('ratelimit-policy')).toBe('"requests";q=1;w=60');
      const second = await fetch(url, { headers });
      expect(second.status).toBe(429);
      expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await second.json()).toMatchObject({ error: { code: 'TOO_MANY_REQUESTS', details: [] } });
    } finally {
      await limited.close();
    }
  });

  it('410: a route whose sunset is past names its successor; before, headers tell its end', async () => {
    expect(await bodyOf('/v1/shops/old')).toMatchObject({
      status: 410,
      body: { error: { code: 'ROUTE_RETIRED', details: [{ field: 'successor', message: '/v2/shops' }] } },
    });
    const ending = await call('/v1/shops/found');
    expect(ending.status).toBe(200);
    expect(ending.headers.get('deprecation')).toBe(`@${Date.UTC(2020, 0, 1) / 1_000}`);
    expect(ending.headers.get('sunset')).toBe('Tue, 01 Jan 2999 00:00:00 GMT');
    expect(ending.headers.get('link')).toBe('</v2/shops>; rel="successor-version"');
  });
});

describe('what HTTP asks for', () => {
  it('an address beside the routes is told in their body where they are', async () => {
    const { status, body } = await bodyOf('/shops');
    expect([status, body]).toMatchObject([404, { error: { code: 'NOT_FOUND', details: [] } }]);
    expect(JSON.stringify(body)).toContain('/v1/openapi.json');
  });

  it('415 has its own code, also for a type that cannot be read', async () => {
    const asked = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json, text/plain' } };
    const refused = await bodyOf('/v1/orders/o1/advances', asked);
    expect(refused).toMatchObject({ status: 415, body: { error: { code: 'UNSUPPORTED_MEDIA_TYPE' } } });
  });

  it('the description is served, with an ETag, and names its methods', async () => {
    const first = await call('/v1/openapi.json');
    expect(await first.json()).toMatchObject({ openapi: '3.0.3' });
    const known = { 'if-none-match': first.headers.get('etag')! };
    expect((await call('/v1/openapi.json', { headers: known })).status).toBe(304);
    expect((await call('/v1/openapi.json', { method: 'POST' })).status).toBe(405);
    expect((await call('/v1/openapi-3.1.json')).status).toBe(404);
  });

  it('CORS: a web app of a named origin may call, and read the headers; one of another may not', async () => {
    const asked = { 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'if-match' };
    const preflight = await call('/v1/shops', {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', ...asked },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
    const read = await call('/v1/shops', { headers: { origin: 'https://app.example' } });
    const exposed = read.headers.get('access-control-expose-headers')?.split(',');
    for (const name of ['etag', 'link', 'sunset']) expect(exposed).toContain(name);
    const other = await call('/v1/shops', { headers: { origin: 'https://other.example' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('CORS: caches are told that an answer is for one origin, whether it is good or not', async () => {
    for (const path of ['/v1/shops', '/v1/shops/old', '/v1/nowhere', '/v1/openapi.json']) {
      const asked = { origin: 'https://app.example', 'accept-encoding': 'gzip' };
      const { headers: told } = await call(path, { headers: asked });
      const names = told.get('vary')!.toLowerCase().split(/, */);
      expect([path, names]).toEqual([path, expect.arrayContaining(['origin', 'authorization', 'accept-encoding'])]);
      expect([path, new Set(names).size]).toEqual([path, names.length]);
    }
  });

  it('OPTIONS that is no preflight tells what is at an address, where web apps may call, too', async () => {
    for (const init of [{}, { headers: { origin: 'https://app.example' } }]) {
      const options = await call('/v1/shops', { ...init, method: 'OPTIONS' });
      expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
      expect((await call('/v1/nowhere', { ...init, method: 'OPTIONS' })).status).toBe(404);
    }
  });
});

describe('a feed', () => {
  it('begins with the present state, waits for what comes, and goes on after a cursor without a gap', async () => {
    move(1, 'PLACED');
    const first = await poll('wait=5');
    expect(first.data).toMatchObject([{ kind: 'snapshot', version: 1, data: { id: 'o1', status: 'PLACED' } }]);
    const waiting = poll(`after=${first.page.after}&wait=20`);
    move(2, 'CONFIRMED');
    const second = await waiting;
    expect(second.data).toMatchObject([{ kind: 'event', version: 2, data: { status: 'CONFIRMED' } }]);
    // Nobody polls meanwhile.
    move(3, 'PREPARING');
    move(4, 'READY');
    const seen: number[] = [];
    for (let { after } = second.page; seen.at(-1) !== 4;) {
      const next = await poll(`after=${after}&wait=5`);
      seen.push(...next.data.map(({ version }) => version));
      after = next.page.after;
    }
    expect(seen).toEqual([3, 4]);
  });

  it('says when nothing more will come', async () => {
    move(1, 'PLACED');
    const { page } = await poll('wait=5');
    move(2, 'COMPLETED');
    const last = await poll(`after=${page.after}&wait=5`);
    expect(last).toMatchObject({ data: [{ version: 2 }], page: { complete: true } });
    expect(await poll(`after=${last.page.after}&wait=5`)).toEqual({
      data: [],
      page: { after: last.page.after, complete: true },
    });
  });

  it('answers with nothing, and the cursor that it got, when nothing comes in time', async () => {
    move(1, 'PLACED');
    const { page } = await poll('wait=5');
    expect(await poll(`after=${page.after}&wait=1`)).toEqual({
      data: [],
      page: { after: page.after, complete: false },
    });
  });

  it.each([
    ['wait=31', 400],
    ['wait=x', 400],
    ['after=nonsense', 400],
    ['sort=x', 400],
  ])('refuses %s with %i', async (query, status) => {
    move(1, 'PLACED');
    expect((await bodyOf(`/v1/orders/o1/events?${query}`, { headers })).status).toBe(status);
  });

  it('is nobody else’s, polled or streamed', async () => {
    move(1, 'PLACED');
    const other = { authorization: `Bearer ${await parts.token('customer', 'other')}` };
    for (const accept of ['application/json', 'text/event-stream']) {
      expect((await bodyOf('/v1/orders/o1/events', { headers: { accept } })).status).toBe(401);
      const refused = await bodyOf('/v1/orders/o1/events', { headers: { ...other, accept } });
      expect(refused).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
    }
  });

  it('is streamed to who asks for an event stream, from the last id on', async () => {
    move(1, 'PLACED');
    const { page } = await poll('wait=5');
    move(2, 'CONFIRMED');
    const response = await call('/v1/orders/o1/events', {
      headers: { ...headers, accept: 'text/event-stream', 'last-event-id': page.after },
    });
    expect(response.headers.get('content-type')).toMatch('text/event-stream');
    move(3, 'COMPLETED');
    const events = (await response.text()).split('\n\n').filter((each) => each !== '' && !each.startsWith(':'));
    const told = events.slice(0, -1).map((each) => /^id: (\S+)\ndata: (.*)$/.exec(each)!);
    expect(told.map(([, , data]) => (JSON.parse(data!) as Page['data'][0]).data.status)).toEqual([
      'CONFIRMED',
      'COMPLETED',
    ]);
    expect(told.every(([, id, data]) => (JSON.parse(data!) as { cursor: string }).cursor === id)).toBe(true);
    expect(events.at(-1)).toMatch(/^event: complete/);
  });

  it('lets its polls go when the channel closes, with the cursor that they had', async () => {
    const closing = await serveFixture(parts, {
      manifest: { routes: folderOf(routes) },
      ...{ bus: domain, feeds: domain, cursorKeys: ['k'], hub: { gapMs: 5 } },
    });
    move(1, 'PLACED');
    const { page } = await poll('wait=5');
    const url = new URL(`/v1/orders/o1/events?after=${page.after}&wait=30`, closing.url);
    const before = domain.reads;
    const waiting = fetch(url.href.replace('localhost', '127.0.0.1'), { headers });
    await until(() => domain.reads > before);
    await closing.close();
    expect(await (await waiting).json()).toEqual({ data: [], page: { after: page.after, complete: false } });
  });
});
