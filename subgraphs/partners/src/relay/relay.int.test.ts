import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type pg from 'pg';
import pino from 'pino';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import { testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { setEndpointState } from '../commands/webhookEndpoints.ts';
import { replay } from '../commands/sendWebhooks.ts';
import type { Partners } from '../context.ts';
import definition from '../main.ts';
import { enqueue } from '../webhooks/enqueue.ts';
import { eventTypes } from '../webhooks/eventTypes.ts';
import { newSecret } from '../webhooks/secret.ts';
import { claimLanes, headsOf, settle } from './lanes.ts';
import { runWebhookRelay, type RunningWebhookRelay } from './runWebhookRelay.ts';

const key = () => randomBytes(32).toString('base64');
const masterKeys = key();
const appId = seedId('partner-app', 1);
const storeId = seedId('store', 1);
const hour = 3_600_000;
let now = new Date('2026-03-01T12:00:00Z');
let graph: TestSubgraph<Partners>;
let domain: Partners;
let signingKey: string;

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
let received: Received[] = [];
let answer: (got: Received, response: ServerResponse) => void;
const receiver = createServer(((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const got = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() };
    received.push(got);
    answer(got, response);
  });
}) as RequestListener);

beforeAll(async () => {
  signingKey = JSON.stringify(await newSigningKey());
  graph = await testSubgraph<Partners>(definition, {
    seed: true,
    clock: () => now,
    configuration: { PII_MASTER_KEYS: masterKeys, PII_INDEX_KEY: key() },
  });
  ({ domain } = graph);
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
});
beforeEach(async () => {
  received = [];
  answer = (_got, response) => response.writeHead(204).end();
  await domain.pool.query('DELETE FROM "webhook_endpoint"');
  await domain.pool.query('DELETE FROM "webhook_event"');
});

const withRelay = async (
  work: (relay: RunningWebhookRelay) => Promise<unknown>,
  options: { callMs?: number; leaseMs?: number } = {},
): Promise<void> => {
  const relay = await runWebhookRelay({
    databaseUrl: domain.pool.options.connectionString ?? '',
    secrets: { PII_MASTER_KEYS: masterKeys, WEBHOOK_TOKEN_SIGNING_KEY: signingKey },
    reach: 'any',
    log: pino({ level: 'silent' }),
    host: '127.0.0.1',
    port: 0,
    clock: () => now,
    ...options,
  });
  try {
    await work(relay);
  } finally {
    await relay.close();
  }
};

const urlOf = (path: string) => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/${path}`;

/** An endpoint of the seeded app, and the secret of its signatures. */
async function endpointAt(path: string): Promise<{ id: string; secret: string }> {
  const id = domain.newId();
  const { text: secret, sealed } = newSecret(keyringOf(domain), id);
  await domain.db.webhookEndpoint.create({
    data: {
      id,
      appId,
      url: urlOf(path),
      eventTypes: eventTypes.map(({ name }) => name),
      storeIds: [],
      payloadVersion: 'V1',
      ...sealed,
      state: 'ACTIVE',
      madeAt: now,
    },
  });
  return { id, secret };
}

/** Keeps an event about a store, for all endpoints that ask for it. */
async function happen(object: string, version: number, type = 'store.ordering_changed'): Promise<string> {
  const id = domain.newId();
  await domain.transaction(async (tx) => {
    await tx.webhookEvent.create({
      data: { id, type, object, objectVersion: version, storeId, data: { storeId, accepting: true }, happenedAt: now },
    });
    await enqueue(tx, now, eventTypes, { eventIds: [id], again: false });
  });
  return id;
}

const deliveries = (endpointId: string) =>
  domain.db.webhookDelivery.findMany({ where: { endpointId }, orderBy: { position: 'asc' } });
const statesOf = async (endpointId: string) => (await deliveries(endpointId)).map(({ state }) => state);
const endpoint = (id: string) => domain.db.webhookEndpoint.findUniqueOrThrow({ where: { id } });
const versionsOf = (path: string) =>
  received
    .filter((each) => each.path === `/${path}`)
    .map(({ body }) => (JSON.parse(body) as { objectVersion: number }).objectVersion);

it('a message is what a stock library verifies, and its token is what the published keys verify', async () => {
  const { id, secret } = await endpointAt('signed');
  // Libraries check against the clock of the machine.
  now = new Date();
  const eventId = await happen('store:a', 1);
  await withRelay(async (relay) => {
    await until(async () => (await statesOf(id))[0] === 'DELIVERED');
    const [{ headers, body }] = received as [Received];
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
  const { id } = await endpointAt('order');
  let refuse = true;
  answer = ({ body }, response) =>
    response.writeHead(refuse && body.includes('store:a') ? 500 : 204, { 'content-type': 'text/plain' }).end('down');
  await happen('store:a', 1);
  await happen('store:a', 2);
  await happen('store:b', 1);
  await withRelay(async () => {
    await until(async () => (await statesOf(id)).join() === 'WAITING,WAITING,DELIVERED');
    refuse = false;
    now = new Date(now.getTime() + 10_000);
    await until(async () => (await statesOf(id)).join() === 'DELIVERED,DELIVERED,DELIVERED');
  });
  const ofA = received.filter(({ body }) => body.includes('store:a'));
  expect(ofA.map(({ body }) => (JSON.parse(body) as { objectVersion: number }).objectVersion)).toEqual([1, 1, 2]);
  expect(new Set(ofA.slice(0, 2).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect((await deliveries(id))[0]?.answers).toMatchObject([{ status: 500, excerpt: 'down' }, { status: 204 }]);
  expect((await endpoint(id)).failingSince).toBeNull();
});

it('after eight tries a message is dead, the next one goes, and a replay sends it again under its id', async () => {
  const { id } = await endpointAt('dead');
  let down = true;
  answer = (_got, response) => response.writeHead(down ? 503 : 200).end();
  const eventId = await happen('store:a', 1);
  await withRelay(async () => {
    for (let tries = 1; tries <= 8; tries += 1) {
      await until(async () => (await deliveries(id))[0]?.attempts === tries);
      now = new Date(now.getTime() + 11 * hour);
    }
    expect(await statesOf(id)).toEqual(['DEAD']);
    down = false;
    expect(await replay(domain, await endpoint(id), { ids: [eventId] })).toEqual({ kind: 'done', count: 1 });
    await until(async () => (await statesOf(id))[0] === 'DELIVERED');
  });
  expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(Array.from({ length: 9 }, () => eventId));
});

it('Retry-After puts the whole endpoint off', async () => {
  const { id } = await endpointAt('busy');
  answer = (_got, response) => response.writeHead(429, { 'retry-after': '600' }).end();
  await happen('store:a', 1);
  await withRelay(async () => {
    await until(async () => (await deliveries(id))[0]?.attempts === 1);
    await happen('store:b', 1);
    now = new Date(now.getTime() + 300_000);
    answer = (_got, response) => response.writeHead(204).end();
    const other = await endpointAt('free');
    await happen('store:c', 1);
    await until(async () => (await statesOf(other.id)).join() === 'DELIVERED');
    expect(versionsOf('busy')).toHaveLength(1);
    now = new Date(now.getTime() + 301_000);
    await until(async () => (await statesOf(id)).join() === 'DELIVERED,DELIVERED,DELIVERED');
  });
});

it('410 disables an endpoint, and so do five days without success; enabled again, it gets what waited', async () => {
  const [gone, broken] = [await endpointAt('gone'), await endpointAt('broken')];
  answer = ({ path }, response) => response.writeHead(path === '/gone' ? 410 : 500).end();
  await happen('store:a', 1);
  await withRelay(async () => {
    await until(async () => (await endpoint(gone.id)).state === 'DISABLED');
    expect((await endpoint(gone.id)).disabledBecause).toBe('GONE');
    await until(async () => (await endpoint(broken.id)).failingSince !== null);
    now = new Date(now.getTime() + 5 * 24 * hour);
    for (const tries of [2, 3, 4]) {
      await until(async () => (await deliveries(broken.id))[0]!.attempts === tries);
      now = new Date(now.getTime() + 11 * hour);
    }
    await until(async () => (await endpoint(broken.id)).state === 'DISABLED');
    expect((await endpoint(broken.id)).disabledBecause).toBe('FAILED_FOR_DAYS');
    await happen('store:b', 1);
    answer = (_got, response) => response.writeHead(204).end();
    await setEndpointState(domain, await endpoint(gone.id), 'ACTIVE');
    await until(async () => (await statesOf(gone.id)).join() === 'DELIVERED');
    // What happened while it was disabled comes by replay, of a span of time.
    const from = new Date(now.getTime() - 1_000).toISOString();
    expect(await replay(domain, await endpoint(gone.id), { from })).toEqual({ kind: 'done', count: 1 });
    await until(async () => (await statesOf(gone.id)).join() === 'DELIVERED,DELIVERED');
  });
});

it('a replay from a cursor sends what was answered since that message was sent', async () => {
  const { id } = await endpointAt('cursor');
  await happen('store:a', 1);
  await happen('store:b', 1);
  await withRelay(async () => {
    await until(async () => (await statesOf(id)).join() === 'DELIVERED,DELIVERED');
    await happen('store:c', 1);
    await until(async () => received.length === 3 && (await statesOf(id)).join() === 'DELIVERED,DELIVERED,DELIVERED');
    const after = String(received[2]?.headers['webhook-cursor']);
    await happen('store:d', 1);
    await until(async () => (await deliveries(id)).filter(({ state }) => state === 'DELIVERED').length === 4);
    received = [];
    expect(await replay(domain, await endpoint(id), { after })).toEqual({ kind: 'done', count: 2 });
    await until(() => received.length === 2);
    expect(received.map(({ body }) => (JSON.parse(body) as { object: string }).object).sort()).toEqual([
      'store:c',
      'store:d',
    ]);
  });
});

it('a replay waits for a message that is being settled, and sends it again, too', async () => {
  const { id } = await endpointAt('again');
  await happen('store:a', 1);
  await withRelay(() => until(async () => (await statesOf(id)).join() === 'DELIVERED'));
  await happen('store:a', 2);
  const claims = await claimLanes(domain.pool, { now, leaseMs: 60_000, most: 1, failing: false });
  const [head] = await headsOf(domain.pool, claims);
  let replayed: Promise<unknown> | undefined;
  /** Once the settlement has its locks, the replay comes as far as it can. */
  const client = await domain.pool.connect();
  const pool = {
    connect: () => ({
      release: () => client.release(),
      async query(sql: string, values: unknown[]) {
        const result = await client.query(sql, values);
        if (sql === 'begin') await client.query(`SET LOCAL lock_timeout = '2s'`);
        if (!sql.includes('FOR UPDATE')) return result;
        replayed = replay(domain, await endpoint(id), { from: new Date(0).toISOString() }).catch(String);
        await until(async () => {
          const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
          return (await domain.pool.query(waits)).rowCount;
        });
        return result;
      },
    }),
  } as unknown as pg.Pool;
  await settle(pool, head!, { now, outcome: 'DELIVERED', answer: { status: 204 }, nextAt: now });
  expect(await replayed).toEqual({ kind: 'done', count: 2 });
  expect(await statesOf(id)).toEqual(['WAITING', 'WAITING']);
});

it('a replay sends again what the receiver has answered and is not recorded yet', async () => {
  const { id } = await endpointAt('answered');
  const [a, b] = [await happen('store:a', 1), await happen('store:b', 1)];
  const claims = await claimLanes(domain.pool, { now, leaseMs: 60_000, most: 2, failing: false });
  const heads = await headsOf(domain.pool, claims);
  const settleOf = (eventId: string) =>
    settle(
      domain.pool,
      heads.find((head) => head.eventId === eventId)!,
      {
        ...{ now, outcome: 'DELIVERED', answer: { status: 204 }, nextAt: now },
      },
    );
  // Of those that are named alone: the other one is recorded.
  expect(await replay(domain, await endpoint(id), { ids: [a] })).toEqual({ kind: 'done', count: 0 });
  expect([await settleOf(a), await settleOf(b)]).toEqual([false, true]);
  expect(await statesOf(id)).toEqual(['WAITING', 'DELIVERED']);
  await withRelay(async (relay) => {
    // The call that the replay does not wait for has ended by then.
    now = new Date(now.getTime() + 15_001);
    relay.look();
    await until(async () => (await statesOf(id)).join() === 'DELIVERED,DELIVERED');
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([a]);
  });
});

it('an endpoint is removed or enabled while a message to it is settled', async () => {
  const changes = {
    remove: (id: string) => [`DELETE FROM "webhook_endpoint" WHERE "id" = '${id}'`, false] as const,
    enable: (id: string) =>
      [`UPDATE "webhook_lane" SET "next_at" = now() WHERE "endpoint_id" = '${id}'`, true] as const,
  };
  for (const change of Object.values(changes)) {
    const { id } = await endpointAt('removed');
    await happen('store:a', 1);
    const claims = await claimLanes(domain.pool, { now, leaseMs: 60_000, most: 1, failing: false });
    const [head] = await headsOf(domain.pool, claims);
    const client = await domain.pool.connect();
    await client.query('BEGIN');
    // As the change does before it comes to the lanes.
    await client.query('SELECT FROM "webhook_endpoint" WHERE "id" = $1 FOR UPDATE', [id]);
    const settled = settle(domain.pool, head!, { now, outcome: 'WAITING', answer: { status: 500 }, nextAt: now });
    await until(async () => {
      const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return (await domain.pool.query(waits)).rowCount;
    });
    const [sql, isThere] = change(id);
    await client.query(sql);
    await client.query('COMMIT');
    client.release();
    expect(await settled).toBe(isThere);
    await domain.pool.query('DELETE FROM "webhook_endpoint"');
  }
});

it('a replay of more than 10,000 events is refused whole, from whatever it begins', async () => {
  const { id } = await endpointAt('everything');
  await domain.pool.query(
    `INSERT INTO "webhook_event" ("id", "type", "object", "object_version", "store_id", "data", "happened_at")
     SELECT gen_random_uuid(), 'store.ordering_changed', 'store:' || n, 1, $1, '{}', $2 FROM generate_series(1, 10001) AS n`,
    [storeId, now],
  );
  const refused = { kind: 'invalid', field: 'until' };
  expect(await replay(domain, await endpoint(id), { after: '1' })).toMatchObject(refused);
  expect(await replay(domain, await endpoint(id), { from: new Date(0).toISOString() })).toMatchObject(refused);
  expect(await deliveries(id)).toEqual([]);
  await domain.pool.query(`DELETE FROM "webhook_event" WHERE "object" = 'store:1'`);
  expect(await replay(domain, await endpoint(id), { after: '1' })).toEqual({ kind: 'done', count: 10_000 });
});

it('an app that lost the scope is sent nothing any more, not even what waits', async () => {
  const { id } = await endpointAt('scope');
  await happen('store:a', 1);
  await domain.db.app.update({ where: { id: appId }, data: { scopes: [] } });
  await withRelay(async () => until(async () => (await statesOf(id))[0] === 'DEAD'));
  await domain.db.app.update({ where: { id: appId }, data: { scopes: ['catalog:read'] } });
  expect(received).toEqual([]);
  expect((await endpoint(id)).failingSince).toBeNull();
});

it('orders are told to apps that have the scope and the store, and to no others', async () => {
  const { id } = await endpointAt('orders');
  await happen('order:1', 1, 'order.status_changed');
  await domain.db.app.update({ where: { id: appId }, data: { scopes: ['catalog:read', 'orders:follow'] } });
  await happen('order:2', 1, 'order.status_changed');
  await domain.db.app.update({ where: { id: appId }, data: { orderStoreIds: [storeId] } });
  await happen('order:3', 1, 'order.status_changed');
  expect((await deliveries(id)).map(({ object }) => object)).toEqual(['order:3']);
  await domain.db.app.update({ where: { id: appId }, data: { scopes: ['catalog:read'], orderStoreIds: [] } });
});

it('two relays send each message once, in the order of its object', async () => {
  const { id } = await endpointAt('two');
  let underWay = 0;
  let most = 0;
  answer = (_got, response) => {
    most = Math.max(most, (underWay += 1));
    setImmediate(() => {
      underWay -= 1;
      response.writeHead(204).end();
    });
  };
  for (let version = 1; version <= 5; version += 1)
    for (const object of ['store:a', 'store:b', 'store:c', 'store:d', 'store:e', 'store:f'])
      await happen(object, version);
  await withRelay(() =>
    withRelay(async () => until(async () => (await statesOf(id)).every((state) => state === 'DELIVERED'))),
  );
  expect(received).toHaveLength(30);
  for (const object of ['store:a', 'store:e'])
    expect(
      received
        .map(({ body }) => JSON.parse(body) as { object: string; objectVersion: number })
        .filter((each) => each.object === object)
        .map(({ objectVersion }) => objectVersion),
    ).toEqual(Array.from({ length: 5 }, (_, index) => index + 1));
  expect(most).toBeLessThanOrEqual(4);
});

it('relays that look for work at once put no more than four messages under way to an endpoint', async () => {
  await endpointAt('bounded');
  for (let object = 1; object <= 15; object += 1) await happen(`store:${object}`, 1);
  for (let round = 0; round < 30; round += 1) {
    const claims = await Promise.all(
      [1, 2, 3].map(() => claimLanes(domain.pool, { now, leaseMs: 60_000, most: 100, failing: false })),
    );
    expect(claims.flat()).toHaveLength(4);
    await domain.pool.query('UPDATE "webhook_lane" SET "leased" = false, "next_at" = $1', [now]);
  }
});

it('a claim that stands still keeps no other relay from its work', async () => {
  const { id } = await endpointAt('frozen');
  await happen('store:a', 1);
  const client = await domain.pool.connect();
  client.on('error', () => undefined);
  let froze: () => void = () => undefined;
  const frozen = new Promise<void>((resolve) => (froze = resolve));
  const pool = {
    query: (sql: string, values: unknown[]) => domain.pool.query(sql, values),
    connect: () => ({
      release: () => undefined,
      async query(sql: string, values: unknown[]) {
        const result = await client.query(sql, values);
        if (!sql.includes('pg_advisory_xact_lock')) return result;
        froze();
        return new Promise(() => undefined);
      },
    }),
  } as unknown as pg.Pool;
  void claimLanes(pool, { now, leaseMs: 60_000, most: 1, failing: false });
  await frozen;
  await withRelay(() => until(async () => (await statesOf(id)).join() === 'DELIVERED'));
  client.release(true);
});

it('a relay that dies in the middle of a call loses nothing: another sends again, under the same id', async () => {
  const { id } = await endpointAt('lost');
  let hang = true;
  answer = (_got, response) => (hang ? undefined : response.writeHead(204).end());
  await happen('store:a', 1);
  await withRelay(async () => until(() => received.length === 1));
  hang = false;
  await withRelay(async () => until(async () => (await statesOf(id)).join() === 'DELIVERED'));
  expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect((await deliveries(id))[0]?.attempts).toBe(1);
});

it('redirects are not followed, and an endless answer is cut', async () => {
  const [redirected, endless] = [await endpointAt('redirect'), await endpointAt('endless')];
  answer = ({ path }, response) => {
    if (path === '/redirect') return void response.writeHead(302, { location: urlOf('elsewhere') }).end();
    response.writeHead(200);
    const pour = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', pour);
    pour();
  };
  await happen('store:a', 1);
  await withRelay(async () => {
    await until(async () => (await statesOf(endless.id)).join() === 'DELIVERED');
    await until(async () => (await deliveries(redirected.id))[0]?.attempts === 1);
  });
  expect(received.map(({ path }) => path).sort()).toEqual(['/endless', '/redirect']);
  const [kept] = (await deliveries(endless.id))[0]?.answers as [{ excerpt: string }];
  expect(kept.excerpt).toHaveLength(500);
});

it('an answer whose body never ends is the answer that its head gives', async () => {
  const { id } = await endpointAt('dripping');
  answer = (_got, response) => {
    response.writeHead(200).write('thanks');
    const drip = setInterval(() => response.write('.'), 50);
    response.once('close', () => clearInterval(drip));
  };
  await happen('store:a', 1);
  await withRelay(async () => until(async () => (await deliveries(id))[0]?.attempts === 1), { callMs: 500 });
  expect(await statesOf(id)).toEqual(['DELIVERED']);
  expect((await deliveries(id))[0]?.answers).toMatchObject([{ status: 200 }]);
});

it('an answer that changes the protocol is a failed call like others, and holds nothing', async () => {
  const { id } = await endpointAt('upgrades');
  answer = (_got, response) => {
    response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
  };
  await happen('store:a', 1);
  await withRelay(async () => until(async () => (await deliveries(id))[0]?.attempts === 1));
  const [kept] = (await deliveries(id))[0]?.answers as [{ problem: string }];
  expect(kept.problem).toBe('The connection was cut.');
});

it('of 1,000 endpoints, 100 that hang delay none of the others', async () => {
  const ids = Array.from({ length: 1_000 }, () => domain.newId());
  const secrets = ids.map((id) => newSecret(keyringOf(domain), id).sealed);
  await domain.db.webhookEndpoint.createMany({
    data: ids.map((id, index) => ({
      id,
      appId,
      url: urlOf(index % 10 === 0 ? 'hangs' : 'answers'),
      eventTypes: ['STORE_ORDERING_CHANGED'],
      storeIds: [],
      payloadVersion: 'V1',
      ...secrets[index]!,
      state: 'ACTIVE',
      madeAt: now,
    })),
  });
  const held: ServerResponse[] = [];
  answer = ({ path }, response) => void (path === '/hangs' ? held.push(response) : response.writeHead(204).end());
  await happen('store:a', 1);
  await withRelay(
    async () => {
      const count = async (state: string) => domain.db.webhookDelivery.count({ where: { state } });
      await until(async () => (await count('DELIVERED')) === 900, { timeoutMs: 120_000, intervalMs: 100 });
      // Those that hang have been called, and none of their calls is over.
      expect(await count('WAITING')).toBe(100);
      for (const response of held) response.destroy();
    },
    { callMs: 300_000, leaseMs: 600_000 },
  );
  expect(versionsOf('answers')).toHaveLength(900);
}, 180_000);
