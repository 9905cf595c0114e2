import { randomUUID } from 'node:crypto';
import { createRouterTransport } from '@connectrpc/connect';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { PartnerAccessService } from '#generated/proto/drburger/partners/v1/partners_pb.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { signRequest } from '../../../../clients/request-signing/src/signRequest.ts';
import type { ChannelManifest } from '../../channelManifest.ts';
import { FakeDomain } from '../../testkit/fakeDomain.ts';
import { fixture } from '../../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../../testkit/servedChannel.ts';

const apiKey = `drb_lunchbox_7f3k9x2mqa_${'0'.repeat(64)}`;
const routes: Readonly<Record<string, string>> = {
  'v1/shops/listShops.graphql': 'query ListShops @rest(method: GET, path: "/shops", cacheSeconds: 60) { shops { id } }',
  'v1/orders/getOrder.graphql':
    'query GetOrder($orderId: ID!) @rest(method: GET, path: "/orders/{orderId}", signedIn: true) { order(orderId: $orderId) { id } }',
  'v1/orders/advance.graphql': `mutation Advance($orderId: ID!)
    @rest(method: POST, path: "/advances", status: 201, location: "/orders/{id}") { advance(orderId: $orderId) { id } }`,
  'v1/orders/listEvents.graphql': `subscription ListEvents($orderId: ID!)
    @rest(method: GET, path: "/orders/{orderId}/events") { orderStatusChanged(orderId: $orderId) { id status version } }`,
};

/** What the partners domain, of which there is a double here, answers, and what it was told. */
const domain = {
  refusal: '',
  scopes: [] as string[],
  signed: [] as ({ method: string; targetUri: string } | undefined)[],
  counted: [] as object[],
  /** Whose counts are looked at: those of another test's channel come when they come. */
  keyId: 'key',
};
const double = createRouterTransport(({ service }) =>
  service(PartnerAccessService, {
    authenticate({ signed }) {
      domain.signed.push(signed);
      const { refusal, scopes } = domain;
      return { refusal, appId: 'app', partnerId: 'partner', appName: 'lunchbox', scopes, keyId: domain.keyId };
    },
    recordUse({ counts }) {
      domain.counted.push(
        ...counts
          .filter(({ keyId }) => keyId === domain.keyId)
          .map(({ operation, status, requests, failed }) => ({ operation, status, requests, failed })),
      );
      return {};
    },
  }),
);

const folder = temporaryFolder('routes');
for (const [file, text] of Object.entries(routes)) {
  mkdirSync(join(folder, file, '..'), { recursive: true });
  writeFileSync(join(folder, file), text);
}
const serve = async (manifest: Partial<ChannelManifest> = {}): Promise<ServedChannel> => {
  const events = new FakeDomain();
  const parts = await fixture();
  parts.orders.set('o1', { id: 'o1', owner: 'app', status: 'PLACED', version: 1 });
  return serveFixture(parts, {
    profile: 'production',
    network: { transportTo: () => double },
    ...{ bus: events, feeds: events, cursorKeys: ['k'] },
    manifest: {
      auth: { roles: ['customer'], anonymous: true, apps: true },
      routes: pathToFileURL(`${folder}/`),
      ...manifest,
    },
  });
};

let channel: ServedChannel;
beforeAll(async () => {
  channel = await serve();
});
afterAll(() => channel.close());
beforeEach(() => {
  Object.assign(domain, { refusal: '', scopes: [], signed: [], counted: [], keyId: randomUUID() });
});

const addressOf = (path: string, { url }: ServedChannel = channel) =>
  new URL(path, url.replace('localhost', '127.0.0.1')).href;
/** Calls a route with a signature, over what `signs` says in place of what is sent. */
async function call(path: string, body?: string, signs: { url?: string; body?: string } = {}) {
  const url = addressOf(path);
  const headers = signRequest({ url, body, ...signs }, apiKey);
  const response = await fetch(url, { method: body === undefined ? 'GET' : 'POST', body, headers });
  return { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
}

it('a signed request is answered, told to the domain as it was made, and kept by no shared cache', async () => {
  const { status, headers, body } = await call('/v1/shops');
  expect([status, body]).toEqual([200, { data: [{ id: '1' }, { id: '2' }] }]);
  expect(headers.get('cache-control')).toBe('private, max-age=60');
  expect(domain.signed).toMatchObject([{ method: 'GET', targetUri: addressOf('/v1/shops') }]);
});

it('a key that is not good is told why, in the body of the company’s document', async () => {
  domain.refusal = 'The API key is not good here.';
  const refused = await call('/v1/shops');
  expect(refused).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHENTICATED', message: domain.refusal } } });
});

it('the body has to be the one that was signed, also the one of a GET, which is empty', async () => {
  domain.scopes = ['orders:place'];
  const body = JSON.stringify({ orderId: 'o1' });
  expect(await call('/v1/advances', body)).toMatchObject({ status: 201, body: { id: 'o1' } });
  for (const [path, sent, signed] of [
    ['/v1/advances', body, '{}'],
    ['/v1/advances', '', body],
    ['/v1/shops', undefined, body],
  ] as const)
    expect(await call(path, sent, { body: signed })).toMatchObject({
      status: 400,
      body: { error: { code: 'BAD_REQUEST', message: expect.stringContaining('Content-Digest') } },
    });
});

it('what its scopes do not allow is forbidden, whosever it is, and a feed always is', async () => {
  for (const path of ['/v1/orders/o1', '/v1/orders/of-somebody', '/v1/orders/o1/events'])
    expect(await call(path), path).toMatchObject({ status: 403, body: { error: { code: 'FORBIDDEN' } } });
  expect((await call('/v1/advances', '{"orderId":"o1"}')).status).toBe(403);
});

it('each is counted by its route and status, sent with the key or signed', async () => {
  const own = await serve();
  for (const headers of [
    signRequest({ url: addressOf('/v1/shops', own) }, apiKey),
    { authorization: `ApiKey ${apiKey}` },
  ])
    expect((await fetch(addressOf('/v1/shops', own), { headers })).status).toBe(200);
  await fetch(addressOf('/v1/orders/o1', own), { headers: { authorization: `ApiKey ${apiKey}` } });
  await fetch(addressOf('/v1/shops', own));
  await own.close();
  expect(domain.counted).toEqual([
    { operation: 'GET /v1/shops', status: 200, requests: 2, failed: 0 },
    { operation: 'GET /v1/orders/{orderId}', status: 403, requests: 1, failed: 1 },
  ]);
});

it('an app has the rates of apps, and people theirs', async () => {
  const own = await serve({ appRates: { requestsPerMinute: 1, mutationsPerMinute: 1 } });
  const ask = () => fetch(addressOf('/v1/shops', own), { headers: { authorization: `ApiKey ${apiKey}` } });
  const first = await ask();
  expect([first.status, first.headers.get('ratelimit-policy')]).toEqual([200, '"requests";q=1;w=60']);
  const second = await ask();
  expect(second.status).toBe(429);
  expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
  await own.close();
  expect(domain.counted).toContainEqual({ operation: 'GET /v1/shops', status: 429, requests: 1, failed: 1 });
});

it('what an app asks for wrongly is counted, too', async () => {
  const own = await serve({ appRates: { requestsPerMinute: 3, mutationsPerMinute: 9 } });
  const ask = async (path: string, method = 'GET') => {
    const headers = { authorization: `ApiKey ${apiKey}`, 'content-type': 'application/json' };
    return (await fetch(addressOf(path, own), { method, headers, ...(method === 'POST' && { body: '{' }) })).status;
  };
  expect([await ask('/v1/advances', 'POST'), await ask('/v1/shops?a=b')]).toEqual([400, 400]);
  expect([await ask('/v1/orders/o1/events'), await ask('/v1/orders/o1/events')]).toEqual([403, 429]);
  await own.close();
});

it('a channel with routes executes no documents for apps', async () => {
  const refused = await channel.post({ documentId: 'a'.repeat(64) }, { authorization: `ApiKey ${apiKey}` });
  expect([refused.status, domain.signed]).toEqual([401, []]);
});
