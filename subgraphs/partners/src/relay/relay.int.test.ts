import type { ServerResponse } from 'node:http';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import { until } from '#platform/testkit/until.ts';
import { replay } from '../commands/sendWebhooks.ts';
import { setEndpointState } from '../commands/webhookEndpoints.ts';
import { appId, RelayUnderTest, storeId, type Received } from '../testing/relayUnderTest.ts';
import { newSecret } from '../webhooks/secret.ts';

const hour = 3_600_000;
const under = new RelayUnderTest();

it('a message is what a stock library verifies, and its token is what the published keys verify', async () => {
  const { id, secret } = await under.endpointAt('signed');
  // Libraries check against the clock of the machine.
  under.now = new Date();
  const eventId = await under.happen('store:a', 1);
  await under.withRelay(async (relay) => {
    await until(async () => (await under.statesOf(id))[0] === 'DELIVERED');
    const [{ headers, body }] = under.received as [Received];
    expect(headers['webhook-id']).toBe(eventId);
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      type: 'store.ordering_changed',
      object: 'store:a',
      objectVersion: 1,
      data: { storeId, accepting: true },
    });
    const keys = createLocalJWKSet(
      (await (await fetch(`${relay.url}/.well-known/jwks.json`)).json()) as Parameters<typeof createLocalJWKSet>[0],
    );
    const { payload } = await jwtVerify(headers.authorization?.split(' ')[1] ?? '', keys, {
      issuer: 'drburger-webhooks',
      audience: id,
      algorithms: ['ES256'],
    });
    expect(payload.jti).toBe(eventId);
    expect(JSON.stringify(await (await fetch(`${relay.url}/.well-known/jwks.json`)).json())).not.toContain('"d"');
  });
});

it('a failed message is tried again under the same id, later ones of its object wait, and others do not', async () => {
  const { id } = await under.endpointAt('order');
  let refuse = true;
  under.answer = ({ body }, response) =>
    response.writeHead(refuse && body.includes('store:a') ? 500 : 204, { 'content-type': 'text/plain' }).end('down');
  await under.happen('store:a', 1);
  await under.happen('store:a', 2);
  await under.happen('store:b', 1);
  await under.withRelay(async () => {
    await until(async () => (await under.statesOf(id)).join() === 'WAITING,WAITING,DELIVERED');
    refuse = false;
    under.now = new Date(under.now.getTime() + 10_000);
    await until(async () => (await under.statesOf(id)).join() === 'DELIVERED,DELIVERED,DELIVERED');
  });
  const ofA = under.received.filter(({ body }) => body.includes('store:a'));
  expect(ofA.map(({ body }) => (JSON.parse(body) as { objectVersion: number }).objectVersion)).toEqual([1, 1, 2]);
  expect(new Set(ofA.slice(0, 2).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect((await under.deliveries(id))[0]?.answers).toMatchObject([{ status: 500, excerpt: 'down' }, { status: 204 }]);
  expect((await under.endpoint(id)).failingSince).toBeNull();
});

it('after eight tries a message is dead, the next one goes, and a replay sends it again under its id', async () => {
  const { id } = await under.endpointAt('dead');
  let down = true;
  under.answer = (_got, response) => response.writeHead(down ? 503 : 200).end();
  const eventId = await under.happen('store:a', 1);
  await under.withRelay(async () => {
    for (let tries = 1; tries <= 8; tries += 1) {
      await until(async () => (await under.deliveries(id))[0]?.attempts === tries);
      under.now = new Date(under.now.getTime() + 11 * hour);
    }
    expect(await under.statesOf(id)).toEqual(['DEAD']);
    down = false;
    expect(await replay(under.domain, await under.endpoint(id), { ids: [eventId] })).toEqual({
      kind: 'done',
      count: 1,
    });
    await until(async () => (await under.statesOf(id))[0] === 'DELIVERED');
  });
  expect(under.received.map(({ headers }) => headers['webhook-id'])).toEqual(Array.from({ length: 9 }, () => eventId));
});

it('Retry-After puts the whole endpoint off', async () => {
  const { id } = await under.endpointAt('busy');
  under.answer = (_got, response) => response.writeHead(429, { 'retry-after': '600' }).end();
  await under.happen('store:a', 1);
  await under.withRelay(async () => {
    await until(async () => (await under.deliveries(id))[0]?.attempts === 1);
    await under.happen('store:b', 1);
    under.now = new Date(under.now.getTime() + 300_000);
    under.answer = (_got, response) => response.writeHead(204).end();
    const other = await under.endpointAt('free');
    await under.happen('store:c', 1);
    await until(async () => (await under.statesOf(other.id)).join() === 'DELIVERED');
    expect(under.versionsOf('busy')).toHaveLength(1);
    under.now = new Date(under.now.getTime() + 301_000);
    await until(async () => (await under.statesOf(id)).join() === 'DELIVERED,DELIVERED,DELIVERED');
  });
});

it('410 disables an endpoint, and so do five days without success; enabled again, it gets what waited', async () => {
  const [gone, broken] = [await under.endpointAt('gone'), await under.endpointAt('broken')];
  under.answer = ({ path }, response) => response.writeHead(path === '/gone' ? 410 : 500).end();
  await under.happen('store:a', 1);
  await under.withRelay(async () => {
    await until(async () => (await under.endpoint(gone.id)).state === 'DISABLED');
    expect((await under.endpoint(gone.id)).disabledBecause).toBe('GONE');
    await until(async () => (await under.endpoint(broken.id)).failingSince !== null);
    under.now = new Date(under.now.getTime() + 5 * 24 * hour);
    for (const tries of [2, 3, 4]) {
      await until(async () => (await under.deliveries(broken.id))[0]!.attempts === tries);
      under.now = new Date(under.now.getTime() + 11 * hour);
    }
    await until(async () => (await under.endpoint(broken.id)).state === 'DISABLED');
    expect((await under.endpoint(broken.id)).disabledBecause).toBe('FAILED_FOR_DAYS');
    await under.happen('store:b', 1);
    under.answer = (_got, response) => response.writeHead(204).end();
    await setEndpointState(under.domain, await under.endpoint(gone.id), 'ACTIVE');
    await until(async () => (await under.statesOf(gone.id)).join() === 'DELIVERED');
    // What happened while it was disabled comes by replay, of a span of time.
    const from = new Date(under.now.getTime() - 1_000).toISOString();
    expect(await replay(under.domain, await under.endpoint(gone.id), { from })).toEqual({ kind: 'done', count: 1 });
    await until(async () => (await under.statesOf(gone.id)).join() === 'DELIVERED,DELIVERED');
  });
});

it('an app that lost the scope is sent nothing any more, not even what waits', async () => {
  const { id } = await under.endpointAt('scope');
  await under.happen('store:a', 1);
  await under.domain.db.app.update({ where: { id: appId }, data: { scopes: [] } });
  await under.withRelay(async () => until(async () => (await under.statesOf(id))[0] === 'DEAD'));
  await under.domain.db.app.update({ where: { id: appId }, data: { scopes: ['catalog:read'] } });
  expect(under.received).toEqual([]);
  expect((await under.endpoint(id)).failingSince).toBeNull();
});

it('orders are told to apps that have the scope and the store, and to no others', async () => {
  const { id } = await under.endpointAt('orders');
  await under.happen('order:1', 1, 'order.status_changed');
  await under.domain.db.app.update({ where: { id: appId }, data: { scopes: ['catalog:read', 'orders:follow'] } });
  await under.happen('order:2', 1, 'order.status_changed');
  await under.domain.db.app.update({ where: { id: appId }, data: { orderStoreIds: [storeId] } });
  await under.happen('order:3', 1, 'order.status_changed');
  expect((await under.deliveries(id)).map(({ object }) => object)).toEqual(['order:3']);
  await under.domain.db.app.update({ where: { id: appId }, data: { scopes: ['catalog:read'], orderStoreIds: [] } });
});

it('redirects are not followed, and an endless answer is cut', async () => {
  const [redirected, endless] = [await under.endpointAt('redirect'), await under.endpointAt('endless')];
  under.answer = ({ path }, response) => {
    if (path === '/redirect') return void response.writeHead(302, { location: under.urlOf('elsewhere') }).end();
    response.writeHead(200);
    const pour = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', pour);
    pour();
  };
  await under.happen('store:a', 1);
  await under.withRelay(async () => {
    await until(async () => (await under.statesOf(endless.id)).join() === 'DELIVERED');
    await until(async () => (await under.deliveries(redirected.id))[0]?.attempts === 1);
  });
  expect(under.received.map(({ path }) => path).sort()).toEqual(['/endless', '/redirect']);
  const [kept] = (await under.deliveries(endless.id))[0]?.answers as [{ excerpt: string }];
  expect(kept.excerpt).toHaveLength(500);
});

it('an answer whose body never ends is the answer that its head gives', async () => {
  const { id } = await under.endpointAt('dripping');
  under.answer = (_got, response) => {
    response.writeHead(200).write('thanks');
    const drip = setInterval(() => response.write('.'), 50);
    response.once('close', () => clearInterval(drip));
  };
  await under.happen('store:a', 1);
  await under.withRelay(async () => until(async () => (await under.deliveries(id))[0]?.attempts === 1), {
    callMs: 500,
  });
  expect(await under.statesOf(id)).toEqual(['DELIVERED']);
  expect((await under.deliveries(id))[0]?.answers).toMatchObject([{ status: 200 }]);
});

it('an answer that changes the protocol is a failed call like others, and holds nothing', async () => {
  const { id } = await under.endpointAt('upgrades');
  under.answer = (_got, response) => {
    response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
  };
  await under.happen('store:a', 1);
  await under.withRelay(async () => until(async () => (await under.deliveries(id))[0]?.attempts === 1));
  const [kept] = (await under.deliveries(id))[0]?.answers as [{ problem: string }];
  expect(kept.problem).toBe('The connection was cut.');
});

it('of 1,000 endpoints, 100 that hang delay none of the others', async () => {
  const ids = Array.from({ length: 1_000 }, () => under.domain.newId());
  const secrets = ids.map((id) => newSecret(keyringOf(under.domain), id).sealed);
  await under.domain.db.webhookEndpoint.createMany({
    data: ids.map((id, index) => ({
      id,
      appId,
      url: under.urlOf(index % 10 === 0 ? 'hangs' : 'answers'),
      eventTypes: ['STORE_ORDERING_CHANGED'],
      storeIds: [],
      payloadVersion: 'V1',
      ...secrets[index]!,
      state: 'ACTIVE',
      madeAt: under.now,
    })),
  });
  const held: ServerResponse[] = [];
  under.answer = ({ path }, response) => void (path === '/hangs' ? held.push(response) : response.writeHead(204).end());
  await under.happen('store:a', 1);
  await under.withRelay(
    async () => {
      const count = async (state: string) => under.domain.db.webhookDelivery.count({ where: { state } });
      await until(async () => (await count('DELIVERED')) === 900, { timeoutMs: 120_000, intervalMs: 100 });
      // Those that hang have been called, and none of their calls is over.
      expect(await count('WAITING')).toBe(100);
      for (const response of held) response.destroy();
    },
    { callMs: 300_000, leaseMs: 600_000 },
  );
  expect(under.versionsOf('answers')).toHaveLength(900);
}, 180_000);
