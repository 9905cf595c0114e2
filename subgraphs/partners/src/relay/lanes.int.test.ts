import type pg from 'pg';
import { expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { RelayUnderTest } from '../testing/relayUnderTest.ts';
import { claimLanes, headsOf, settle } from './lanes.ts';

const under = new RelayUnderTest();

it('two relays send each message once, in the order of its object', async () => {
  const { id } = await under.endpointAt('two');
  let underWay = 0;
  let most = 0;
  under.answer = (_got, response) => {
    most = Math.max(most, (underWay += 1));
    setImmediate(() => {
      underWay -= 1;
      response.writeHead(204).end();
    });
  };
  for (let version = 1; version <= 5; version += 1)
    for (const object of ['store:a', 'store:b', 'store:c', 'store:d', 'store:e', 'store:f'])
      await under.happen(object, version);
  await under.withRelay(() =>
    under.withRelay(async () => until(async () => (await under.statesOf(id)).every((state) => state === 'DELIVERED'))),
  );
  expect(under.received).toHaveLength(30);
  for (const object of ['store:a', 'store:e'])
    expect(
      under.received
        .map(({ body }) => JSON.parse(body) as { object: string; objectVersion: number })
        .filter((each) => each.object === object)
        .map(({ objectVersion }) => objectVersion),
    ).toEqual(Array.from({ length: 5 }, (_, index) => index + 1));
  expect(most).toBeLessThanOrEqual(4);
});

it('relays that look for work at once put no more than four messages under way to an endpoint', async () => {
  await under.endpointAt('bounded');
  for (let object = 1; object <= 15; object += 1) await under.happen(`store:${object}`, 1);
  for (let round = 0; round < 30; round += 1) {
    const claims = await Promise.all(
      [1, 2, 3].map(() =>
        claimLanes(under.domain.pool, { now: under.now, leaseMs: 60_000, most: 100, failing: false }),
      ),
    );
    expect(claims.flat()).toHaveLength(4);
    await under.domain.pool.query('UPDATE "webhook_lane" SET "leased" = false, "next_at" = $1', [under.now]);
  }
});

it('a claim that stands still keeps no other relay from its work', async () => {
  const { id } = await under.endpointAt('frozen');
  await under.happen('store:a', 1);
  const client = await under.domain.pool.connect();
  client.on('error', () => undefined);
  let froze: () => void = () => undefined;
  const frozen = new Promise<void>((resolve) => (froze = resolve));
  const pool = {
    query: (sql: string, values: unknown[]) => under.domain.pool.query(sql, values),
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
  void claimLanes(pool, { now: under.now, leaseMs: 60_000, most: 1, failing: false });
  await frozen;
  await under.withRelay(() => until(async () => (await under.statesOf(id)).join() === 'DELIVERED'));
  client.release(true);
});

it('a relay that dies in the middle of a call loses nothing: another sends again, under the same id', async () => {
  const { id } = await under.endpointAt('lost');
  let hang = true;
  under.answer = (_got, response) => (hang ? undefined : response.writeHead(204).end());
  await under.happen('store:a', 1);
  await under.withRelay(async () => until(() => under.received.length === 1));
  hang = false;
  await under.withRelay(async () => until(async () => (await under.statesOf(id)).join() === 'DELIVERED'));
  expect(new Set(under.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect((await under.deliveries(id))[0]?.attempts).toBe(1);
});

it('an endpoint is removed or enabled while a message to it is settled', async () => {
  const changes = {
    remove: (id: string) => [`DELETE FROM "webhook_endpoint" WHERE "id" = '${id}'`, false] as const,
    enable: (id: string) =>
      [`UPDATE "webhook_lane" SET "next_at" = now() WHERE "endpoint_id" = '${id}'`, true] as const,
  };
  for (const change of Object.values(changes)) {
    const { id } = await under.endpointAt('removed');
    await under.happen('store:a', 1);
    const claims = await claimLanes(under.domain.pool, { now: under.now, leaseMs: 60_000, most: 1, failing: false });
    const [head] = await headsOf(under.domain.pool, claims);
    const client = await under.domain.pool.connect();
    await client.query('BEGIN');
    // As the change does before it comes to the lanes.
    await client.query('SELECT FROM "webhook_endpoint" WHERE "id" = $1 FOR UPDATE', [id]);
    const settled = settle(under.domain.pool, head!, {
      now: under.now,
      outcome: 'WAITING',
      answer: { status: 500 },
      nextAt: under.now,
    });
    await until(async () => {
      const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return (await under.domain.pool.query(waits)).rowCount;
    });
    const [sql, isThere] = change(id);
    await client.query(sql);
    await client.query('COMMIT');
    client.release();
    expect(await settled).toBe(isThere);
    await under.domain.pool.query('DELETE FROM "webhook_endpoint"');
  }
});
