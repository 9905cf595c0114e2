import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { redisCommand, startRedis, type RedisServer } from '#platform/testkit/redisServer.ts';
import type { SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { until } from '#platform/testkit/until.ts';
import { idOfKey } from '#schema/import/idOfKey.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { signRequest } from '../../clients/request-signing/src/signRequest.ts';
import { tokenOf } from '../harness/startTestSystem.ts';
import { callRest, type RestReply } from '../rest/restCall.ts';
import { hostileRequests, methodsOfEveryPath, sendRaw } from './hostileHttp.ts';
import { productionServices, root, type ProductionServices } from './productionServices.ts';

const patience = { timeoutMs: 60_000 };
const storeId = idOfKey('store', 'berlin-mitte');
/** The address by which partners call, whichever process answers: signatures cover it. */
const restUrl = 'https://api.example.com';
/** Each process has an address of its own, and the ports of the same domains. */
const hosts = ['127.0.0.1', '127.0.0.2'];
/** Other systems have one address of this machine, unless they are told of more. */
const withTwoAddresses = process.platform === 'linux';
// Where Valkey or Redis is not installed, rates are not counted together. CI installs one.
const withRedis = redisCommand() !== undefined || process.env['CI'] === '1';

interface App {
  readonly id: string;
  readonly apiKey: string;
}

/** Two processes that serve REST, on one set of domains, in the production profile. */
describe.runIf(withTwoAddresses)('REST through two processes in production', () => {
  let production: ProductionServices;
  let redis: RedisServer | undefined;
  let base: number;
  const folder = temporaryFolder('two-of-rest');
  const rest: SupervisedProcess[] = [];
  const pools: pg.Pool[] = [];
  const poolOf = (database: string): pg.Pool => {
    const pool = testPool({ connectionString: production.addressOf(database) });
    pools.push(pool);
    return pool;
  };
  let orders: pg.Pool;
  let partners: pg.Pool;

  beforeAll(async () => {
    base = await freePortBlock(45);
    redis = withRedis ? await startRedis() : undefined;
    production = await productionServices(folder);
    const domains = ['stores', 'menu', 'inventory', 'delivery', 'orders', 'partners'].map((name) =>
      production.serveWith({ DRAIN_SECONDS: '0' }, base, 'subgraph', name),
    );
    await Promise.all(domains.map((each) => each.whenReady()));
    for (const HOST of hosts) {
      const settings = { HOST, REST_URL: restUrl, DRAIN_SECONDS: '1', ...(redis && { RATES_REDIS_URL: redis.url }) };
      rest.push(production.serveWith(settings, base, 'channel', 'rest'));
    }
    const portal = production.serveWith({ DRAIN_SECONDS: '0' }, base, 'channel', 'partner');
    const chain = join(root, 'docs/example-chain');
    await production.run('chainImport', [chain], { ADMIN_DATABASE_URL: production.addressOf() });
    await Promise.all([...rest, portal].map((each) => each.whenReady()));
    [orders, partners] = ['orders', 'partners'].map(poolOf) as [pg.Pool, pg.Pool];
    await partners.query(`INSERT INTO partner (id, name, opened_at) VALUES ($1, 'ours', now())`, [
      seedId('partner', 1),
    ]);
    await openAllDay();
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await production.stop();
    await redis?.stop();
  });

  const urlOf = (side: number): string => `http://${hosts[side]}:${base + 7}`;
  const call = (side: number, route: string, options?: Parameters<typeof callRest>[2]): Promise<RestReply> =>
    callRest(urlOf(side), route, options);
  const tokenFor = (role: 'customer' | 'admin', subject?: string): Promise<string> =>
    tokenOf(production.outside.key, { role, ...(subject && { subject }) });

  async function atPortal<Result>(operation: string, input: object): Promise<Result> {
    const query = readFileSync(`${root}bffs/partner/operations/${operation}.graphql`, 'utf8');
    const token = await tokenOf(production.outside.key, { role: 'partner' });
    const response = await fetch(`http://127.0.0.1:${base + 5}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const { data, errors } = (await response.json()) as { data?: Record<string, Result>; errors?: unknown };
    expect(errors).toBeUndefined();
    return data![operation]!;
  }

  /** An app of its own has rates and counts of its own. */
  async function newApp(name: string): Promise<App> {
    const id = randomUUID();
    await partners.query(
      `INSERT INTO app (id, partner_id, name, scopes, signing, addresses, order_store_ids)
       VALUES ($1, $2, $3, '{}', 'REQUIRED', '{}', '{}')`,
      [id, seedId('partner', 1), name],
    );
    return { id, ...(await atPortal<Pick<App, 'apiKey'>>('makeApiKey', { appId: id })) };
  }
  const signed = ({ apiKey }: App, path: string) => signRequest({ url: `${restUrl}${path}` }, apiKey);
  const usedBy = async ({ id }: App): Promise<number> => {
    const sql = 'SELECT coalesce(sum(requests), 0)::int AS n FROM request_count WHERE app_id = $1';
    return ((await partners.query(sql, [id])).rows[0] as { n: number }).n;
  };

  const etagOf = async (side: number): Promise<string> => {
    const { status, headers } = await call(side, `GET /v1/stores/${storeId}`);
    expect(status).toBe(200);
    return headers.get('etag')!;
  };
  /** Makes a change of the store on the version that there is. */
  async function changeStore(side: number, route: string, body: object): Promise<RestReply> {
    const headers = { 'if-match': await etagOf(side), 'idempotency-key': randomUUID() };
    return call(side, route, { token: await tokenFor('admin'), headers, body });
  }
  /** So that the store takes orders, whenever this runs and how many there are. */
  async function openAllDay(): Promise<void> {
    const intervals = [
      { opens: '00:00', closes: '12:00' },
      { opens: '12:00', closes: '00:00' },
    ];
    const days = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];
    const week = { days: days.map((weekday) => ({ weekday, intervals })) };
    expect(await changeStore(0, `PUT /v1/stores/${storeId}/opening-hours`, week)).toMatchObject({ status: 200 });
    const room = await changeStore(1, `PATCH /v1/stores/${storeId}`, { maxOpenOrders: 400 });
    expect(room).toMatchObject({ status: 200, body: { openNow: true } });
  }

  const basket = (quantity = 1) => ({
    ...{ storeId, service: 'TAKEAWAY', payment: { methodToken: 'tok_visa' } },
    lines: [{ menuItemId: idOfKey('item', 'classic-burger'), quantity }],
  });
  const place = (side: number, token: string, key: string, body: object = basket()): Promise<RestReply> =>
    call(side, 'POST /v1/orders', { token, body, headers: { 'idempotency-key': key } });
  const idIn = ({ status, body }: RestReply): string => {
    expect({ status, body }).toMatchObject({ status: 201 });
    return (body as { id: string }).id;
  };
  async function ordersOf(customer: string): Promise<number> {
    const { rows } = await orders.query('SELECT count(*)::int AS n FROM orders WHERE customer_id = $1', [customer]);
    return (rows[0] as { n: number }).n;
  }
  /** Ends the first process, and resolves when its supervisor has begun it again. */
  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<() => Promise<unknown>> {
    const { starts } = rest[0]!;
    await rest[0]!.kill(signal);
    return () => rest[0]!.whenReady(starts + 1);
  }

  it('places one order for a key that both get at once, and refuses another body under it', async () => {
    const customer = randomUUID();
    const token = await tokenFor('customer', customer);
    for (let round = 1; round <= 5; round += 1) {
      const key = randomUUID();
      const answers = await Promise.all([0, 1, 0, 1].map((side) => place(side, token, key)));
      expect(new Set(answers.map(idIn)).size).toBe(1);
      expect(new Set(answers.map(({ headers }) => headers.get('location'))).size).toBe(1);
      expect(await ordersOf(customer)).toBe(round);
      for (const side of [0, 1])
        expect(await place(side, token, key, basket(2))).toMatchObject({
          status: 409,
          body: { error: { code: 'IDEMPOTENCY_KEY_REUSED' } },
        });
    }
    const torn = await Promise.all([1, 2].map((quantity) => place(quantity % 2, token, 'torn', basket(quantity))));
    expect(torn.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await ordersOf(customer)).toBe(6);
  });

  it('places one order though the process that was asked is killed, and tells the same of it', async () => {
    const customer = randomUUID();
    const token = await tokenFor('customer', customer);
    for (let round = 1; round <= 3; round += 1) {
      const key = randomUUID();
      const lost = place(0, token, key).catch(() => undefined);
      await pause(15 * round);
      const again = await end('SIGKILL');
      const first = await lost;
      const id = idIn(await place(1, token, key));
      if (first) expect(idIn(first)).toBe(id);
      await again();
      expect(idIn(await place(0, token, key))).toBe(id);
      expect(await ordersOf(customer)).toBe(round);
    }
  });

  it('has one version of a store: the same ETag of both, and one of two changes on it', async () => {
    const [etag, other] = await Promise.all([etagOf(0), etagOf(1)]);
    expect(other).toBe(etag);
    const token = await tokenFor('admin');
    const answers = await Promise.all(
      [0, 1].map((side) =>
        call(side, `PATCH /v1/stores/${storeId}`, {
          token,
          headers: { 'if-match': etag, 'idempotency-key': randomUUID() },
          body: { maxOpenOrders: 390 + side },
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('goes on with a feed at the other process', async () => {
    const token = await tokenFor('customer', randomUUID());
    const id = idIn(await place(0, token, randomUUID()));
    const poll = async (side: number, query: string) =>
      (await call(side, `GET /v1/orders/${id}/events${query}`, { token })).body as {
        data: { data: { status: string } }[];
        page: { after: string };
      };
    const { page } = await poll(0, '');
    const next = poll(1, `?wait=20&after=${page.after}`);
    expect((await call(0, `POST /v1/orders/${id}/cancellations`, { token })).status).toBe(201);
    expect((await next).data.map(({ data }) => data.status)).toContain('CANCELLED');
  });

  it('takes a signed request once, whichever gets it, and none by a key that was revoked', async () => {
    const path = `/v1/stores/${storeId}`;
    const app = await newApp('signing');
    const statusOf = async (side: number, headers: Record<string, string>, route = `GET ${path}`) =>
      (await call(side, route, { headers })).status;
    for (let round = 0; round < 5; round += 1) {
      const headers = signed(app, path);
      const statuses = await Promise.all([0, 1, 0, 1].map((side) => statusOf(side, headers)));
      expect(statuses.sort()).toEqual([200, 401, 401, 401]);
      expect(await statusOf(round % 2, headers)).toBe(401);
    }
    expect(await statusOf(1, signed(app, path), 'GET /v1/menu/categories')).toBe(401);
    expect(await statusOf(1, signed(app, path), `HEAD ${path}`)).toBe(401);
    const asked = async () => [await statusOf(0, signed(app, path)), await statusOf(1, signed(app, path))];
    expect(await asked()).toEqual([200, 200]);
    await atPortal('revokeApiKey', { keyId: app.apiKey.slice(0, app.apiKey.lastIndexOf('_')) });
    expect(await asked()).toEqual([401, 401]);
  });

  it.runIf(withRedis)('counts a caller’s rate over both, and says so', async () => {
    const token = await tokenFor('customer', randomUUID());
    const left: number[] = [];
    for (let each = 0; each < 10; each += 1) {
      const { headers } = await call(each % 2, `GET /v1/stores/${storeId}`, { token });
      left.push(Number(/;r=(\d+);/.exec(headers.get('ratelimit') ?? '')?.[1]));
    }
    // Unless a minute begins anew in between, which gives all of them back, once.
    const steps = left.slice(1).map((each, index) => left[index]! - each);
    expect(steps.filter((step) => step !== 1).length).toBeLessThanOrEqual(1);
  });

  it('answers hostile requests as their client’s fault, or not at all, and does nothing for them', async () => {
    const customer = randomUUID();
    const tokens = { customer: await tokenFor('customer', customer), admin: await tokenFor('admin') };
    const before = await etagOf(0);
    const wrong: unknown[] = [];
    for (const probe of [...hostileRequests({ storeId, basket: basket(), tokens }), ...methodsOfEveryPath()]) {
      const heard = await sendRaw(base + 7, probe.bytes, probe.ends);
      if (!probe.fits(heard)) wrong.push([probe.name, heard.statuses, heard.text.slice(0, 300)]);
    }
    expect(wrong).toEqual([]);
    expect(await ordersOf(customer)).toBe(0);
    expect(await etagOf(1)).toBe(before);
    expect(rest.map(({ output }) => output.match(/^.*"level":"error".*$/gm))).toEqual([null, null]);
  });

  /** Asks both in turn, some times at once, until `done`. Tells how much was answered, and why something was not. */
  async function load(app: App, done: AbortSignal): Promise<{ readonly answered: number; readonly lost: string[] }> {
    const path = '/v1/menu/categories';
    let answered = 0;
    const lost: string[] = [];
    const client = async (first: number): Promise<void> => {
      for (let turn = first; !done.aborted; turn += 1) {
        try {
          expect(await call(turn % 2, `GET ${path}`, { headers: signed(app, path) })).toMatchObject({ status: 200 });
          answered += 1;
        } catch (error) {
          const { code } = ((error as Error).cause ?? {}) as { code?: string };
          // A balancer sends to the other what is not taken at all.
          if (code !== 'ECONNREFUSED') lost.push(code ?? (error as Error).message);
        }
        // An app has 1,200 requests a minute.
        await pause(50);
      }
    };
    await Promise.all([0, 1, 2, 3].map(client));
    return { answered, lost };
  }

  it('loses no request, and counts each, though one is told to stop under load', async () => {
    const app = await newApp('drained');
    const done = new AbortController();
    const under = load(app, done.signal);
    await until(async () => (await usedBy(app)) > 0, patience);
    const again = await end('SIGTERM');
    done.abort();
    const { answered, lost } = await under;
    expect(lost).toEqual([]);
    await until(async () => (await usedBy(app)) >= answered, patience);
    expect(await usedBy(app)).toBe(answered);
    await again();
  });

  it('loses by a kill what it had under way, counts no more than was asked, and the other goes on', async () => {
    const app = await newApp('killed');
    const done = new AbortController();
    const under = load(app, done.signal);
    await until(async () => (await usedBy(app)) > 0, patience);
    const again = await end('SIGKILL');
    expect((await call(1, 'GET /v1/menu/categories')).status).toBe(200);
    done.abort();
    const { answered, lost } = await under;
    await again();
    // Told to stop, both send all that they still know.
    for (const each of rest) await each.stop();
    expect(await usedBy(app)).toBeLessThanOrEqual(answered + lost.length);
  });
});
