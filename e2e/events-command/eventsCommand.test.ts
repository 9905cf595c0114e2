import pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { AccountPageDocument, OrderTrackingPageDocument, PlaceOrderDocument } from '#generated/bffs/web/operations.ts';
import { until } from '#platform/testkit/until.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { handOver, kitchenQueue, markReady, startPreparation } from '../harness/staffDocuments.ts';
import { StartedSystem } from '../harness/startedSystem.ts';
import { demoStore } from '../harness/startTestSystem.ts';

// An operator beside a system that serves: all they touch is the command line.
let system: StartedSystem;
let customer: ChannelClient;
let kitchen: ChannelClient;
beforeAll(async () => {
  system = await StartedSystem.start();
  customer = await system.client('web', 'customer');
  kitchen = await system.client('gateway', 'kitchen');
});

/** Runs `events …`; gives its exit code and what it printed. */
async function events(...args: string[]): Promise<{ code: number | null; out: string }> {
  const command = system.run('events', ...args);
  const code = await command.ended();
  expect(command.stderr()).toBe('');
  return { code, out: command.stdout() };
}

async function inDatabase<T>(domain: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(system.databaseUrl(domain));
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const statusOf = async (orderId: string): Promise<string | undefined> =>
  (await customer.ask(OrderTrackingPageDocument, { orderId })).order?.status;
const reached = (orderId: string, status: string) =>
  until(async () => (await statusOf(orderId)) === status, { what: status, timeoutMs: 60_000 });
async function confirmed(): Promise<string> {
  const { id } = orderOf((await customer.ask(PlaceOrderDocument, { input: orderInput('TAKEAWAY') })).placeOrder);
  await reached(id, 'CONFIRMED');
  return id;
}

async function completed(): Promise<string> {
  const orderId = await confirmed();
  for (const [step, status] of [
    [startPreparation, 'PREPARING'],
    [markReady, 'READY'],
    [handOver, 'COMPLETED'],
  ] as const) {
    await kitchen.ask(step, { orderId });
    await reached(orderId, status);
  }
  return orderId;
}

test('what a consumer could not handle is listed, shown and, once it can, replayed: once', async () => {
  const earned = async () => (await customer.ask(AccountPageDocument, {})).me?.loyalty?.earned ?? 0;
  const before = await earned();
  // Stands for a bug of the consumer: nothing can be written down.
  await inDatabase('loyalty', (client) =>
    client.query('ALTER TABLE ledger_entry ADD CONSTRAINT a_bug CHECK (points < 0) NOT VALID'),
  );
  const orderId = await completed();
  const listed = await until(
    async () => {
      const { code, out } = await events('parked', 'list');
      return code === 0 && out.includes('loyalty.orderStatusChanged') && out;
    },
    { what: 'the event is parked', timeoutMs: 60_000 },
  );
  const [, id = ''] = /^loyalty {2}(\d+) {2}failed .*OrderStatusChanged.*a_bug/m.exec(listed) ?? [];
  expect(listed.trim().split('\n')).toHaveLength(1);
  const shown = await events('parked', 'show', 'loyalty', id);
  expect(shown).toMatchObject({ code: 0, out: expect.stringContaining(`"orderId": "${orderId}"`) as string });

  expect(await events('parked', 'replay', 'loyalty')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^0 replayed\nstill parked: /) as string,
  });
  expect(await earned()).toBe(before);
  await inDatabase('loyalty', (client) => client.query('ALTER TABLE ledger_entry DROP CONSTRAINT a_bug'));
  expect(await events('parked', 'replay', 'loyalty', '--id', id)).toEqual({ code: 0, out: '1 replayed\n' });
  const after = await earned();
  expect(after).toBeGreaterThan(before);
  expect(await events('parked', 'replay', 'loyalty')).toEqual({ code: 0, out: '0 replayed\n' });
  expect(await events('parked', 'list', 'loyalty')).toEqual({ code: 0, out: 'nothing is parked\n' });
  expect(await earned()).toBe(after);
});

test('a read model is rebuilt while orders come in and kitchens look, and is what the live one is', async () => {
  const standing = [await confirmed(), await confirmed()];
  const inTheQueue = async () =>
    (await kitchen.ask(kitchenQueue, { storeId: demoStore })).kitchenQueue?.map(({ order }) => order.id) ?? [];
  await until(async () => {
    const queue = await inTheQueue();
    return standing.every((id) => queue.includes(id));
  });
  let looking = true;
  const looks = (async () => {
    let count = 0;
    for (; looking; count += 1) expect(await inTheQueue()).toEqual(expect.arrayContaining(standing));
    return count;
  })();
  const [rebuilt, ...placed] = await Promise.all([
    events('rebuild', 'kitchenQueue'),
    ...[1, 2, 3, 4, 5].map(() => confirmed()),
  ]);
  expect(rebuilt).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^kitchenQueue of orders was rebuilt from \d+ events\n$/) as string,
  });
  looking = false;
  expect(await looks).toBeGreaterThan(0);
  await until(async () => (await inTheQueue()).length >= standing.length + placed.length, {
    what: 'all orders stand in the queue',
  });
  expect(await inTheQueue()).toEqual(expect.arrayContaining([...standing, ...placed]));

  for (const [readModel, table] of [
    ['kitchenQueue', 'kitchen_queue'],
    ['orderBoard', 'order_board'],
  ] as const) {
    const rows = async () =>
      (
        await inDatabase('orders', (client) =>
          client.query<{ row: object }>(`SELECT to_jsonb(t) AS row FROM ${table} t ORDER BY to_jsonb(t)::text`),
        )
      ).rows.map(({ row }) => row);
    const live = await rows();
    expect(live.length).toBeGreaterThanOrEqual(standing.length + placed.length);
    expect((await events('rebuild', 'orders', readModel)).code).toBe(0);
    expect(await rows(), readModel).toEqual(live);
    await inDatabase('orders', (client) => client.query(`DELETE FROM ${table} WHERE order_id = $1`, [standing[0]]));
    expect(await rows()).not.toEqual(live);
    expect((await events('rebuild', 'orders', readModel)).code).toBe(0);
    expect(await rows(), readModel).toEqual(live);
  }
});

test('what cannot be done is said in one line', async () => {
  const wrong = system.run('events', 'rebuild', 'kitchenQeue');
  expect(await wrong.ended()).toBe(1);
  expect(wrong.stderr()).toMatch(/^events: no domain has a read model kitchenQeue\.\n$/);
});
