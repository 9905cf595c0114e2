import type pg from 'pg';
import { expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { replay } from '../commands/sendWebhooks.ts';
import { RelayUnderTest, storeId } from '../testing/relayUnderTest.ts';
import { claimLanes, headsOf, settle } from './lanes.ts';

const under = new RelayUnderTest();

it('a replay from a cursor sends what was answered since that message was sent', async () => {
  const { id } = await under.endpointAt('cursor');
  await under.happen('store:a', 1);
  await under.happen('store:b', 1);
  await under.withRelay(async () => {
    await until(async () => (await under.statesOf(id)).join() === 'DELIVERED,DELIVERED');
    await under.happen('store:c', 1);
    await until(
      async () => under.received.length === 3 && (await under.statesOf(id)).join() === 'DELIVERED,DELIVERED,DELIVERED',
    );
    const after = String(under.received[2]?.headers['webhook-cursor']);
    await under.happen('store:d', 1);
    await until(async () => (await under.deliveries(id)).filter(({ state }) => state === 'DELIVERED').length === 4);
    under.received = [];
    expect(await replay(under.domain, await under.endpoint(id), { after })).toEqual({ kind: 'done', count: 2 });
    await until(() => under.received.length === 2);
    expect(under.received.map(({ body }) => (JSON.parse(body) as { object: string }).object).sort()).toEqual([
      'store:c',
      'store:d',
    ]);
  });
});

it('a replay waits for a message that is being settled, and sends it again, too', async () => {
  const { id } = await under.endpointAt('again');
  await under.happen('store:a', 1);
  await under.withRelay(() => until(async () => (await under.statesOf(id)).join() === 'DELIVERED'));
  await under.happen('store:a', 2);
  const claims = await claimLanes(under.domain.pool, { now: under.now, leaseMs: 60_000, most: 1, failing: false });
  const [head] = await headsOf(under.domain.pool, claims);
  let replayed: Promise<unknown> | undefined;
  /** Once the settlement has its locks, the replay comes as far as it can. */
  const client = await under.domain.pool.connect();
  const pool = {
    connect: () => ({
      release: () => client.release(),
      async query(sql: string, values: unknown[]) {
        const result = await client.query(sql, values);
        if (sql === 'begin') await client.query(`SET LOCAL lock_timeout = '2s'`);
        if (!sql.includes('FOR UPDATE')) return result;
        replayed = replay(under.domain, await under.endpoint(id), { from: new Date(0).toISOString() }).catch(String);
        await until(async () => {
          const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
          return (await under.domain.pool.query(waits)).rowCount;
        });
        return result;
      },
    }),
  } as unknown as pg.Pool;
  await settle(pool, head!, { now: under.now, outcome: 'DELIVERED', answer: { status: 204 }, nextAt: under.now });
  expect(await replayed).toEqual({ kind: 'done', count: 2 });
  expect(await under.statesOf(id)).toEqual(['WAITING', 'WAITING']);
});

it('a replay sends again what the receiver has answered and is not recorded yet', async () => {
  const { id } = await under.endpointAt('answered');
  const [a, b] = [await under.happen('store:a', 1), await under.happen('store:b', 1)];
  const claims = await claimLanes(under.domain.pool, { now: under.now, leaseMs: 60_000, most: 2, failing: false });
  const heads = await headsOf(under.domain.pool, claims);
  const settleOf = (eventId: string) =>
    settle(
      under.domain.pool,
      heads.find((head) => head.eventId === eventId)!,
      {
        ...{ now: under.now, outcome: 'DELIVERED', answer: { status: 204 }, nextAt: under.now },
      },
    );
  // Of those that are named alone: the other one is recorded.
  expect(await replay(under.domain, await under.endpoint(id), { ids: [a] })).toEqual({ kind: 'done', count: 0 });
  expect([await settleOf(a), await settleOf(b)]).toEqual([false, true]);
  expect(await under.statesOf(id)).toEqual(['WAITING', 'DELIVERED']);
  await under.withRelay(async (relay) => {
    // The call that the replay does not wait for has ended by then.
    under.now = new Date(under.now.getTime() + 15_001);
    relay.look();
    await until(async () => (await under.statesOf(id)).join() === 'DELIVERED,DELIVERED');
    expect(under.received.map(({ headers }) => headers['webhook-id'])).toEqual([a]);
  });
});

it('a replay of more than 10,000 events is refused whole, from whatever it begins', async () => {
  const { id } = await under.endpointAt('everything');
  await under.domain.pool.query(
    `INSERT INTO "webhook_event" ("id", "type", "object", "object_version", "store_id", "data", "happened_at")
     SELECT gen_random_uuid(), 'store.ordering_changed', 'store:' || n, 1, $1, '{}', $2 FROM generate_series(1, 10001) AS n`,
    [storeId, under.now],
  );
  const refused = { kind: 'invalid', field: 'until' };
  expect(await replay(under.domain, await under.endpoint(id), { after: '1' })).toMatchObject(refused);
  expect(await replay(under.domain, await under.endpoint(id), { from: new Date(0).toISOString() })).toMatchObject(
    refused,
  );
  expect(await under.deliveries(id)).toEqual([]);
  await under.domain.pool.query(`DELETE FROM "webhook_event" WHERE "object" = 'store:1'`);
  expect(await replay(under.domain, await under.endpoint(id), { after: '1' })).toEqual({ kind: 'done', count: 10_000 });
});
