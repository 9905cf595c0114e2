import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { superviseProcess, type SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { busDatabase } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { startDomainsProcess, type DomainsProcess } from '../harness/domainsProcess.ts';
import { ledgerOf } from '../harness/ledgerOf.ts';
import { orderInput } from '../harness/placing.ts';
import { demoStore } from '../harness/startTestSystem.ts';
import type { Doom } from './serveDoomedOrders.ts';

const minutes = 60_000;
const around = (...steps: string[]): Doom[] =>
  steps.flatMap((step) => [{ point: `saga.${step}.before` }, { point: `saga.${step}.after` }]);
const stories = {
  atTheCounter: around('authorise', 'reserve', 'confirm', 'consume', 'capture', 'complete', 'forgetPaymentMethod'),
  byCourier: around('dispatch', 'sendOut'),
  undeliverable: around('refund', 'cancelDelivery'),
  declined: around('end'),
  cancelled: around('release', 'void'),
  forgotten: around('expire').map((doom) => ({ ...doom, env: { ORDER_KITCHEN_START_SECONDS: '1' } })),
};
const dooms = Object.values(stories).flat();

/**
 * The orders' process is killed at every fail point in turn, and each next process goes on with the same order.
 * Payments with their provider, inventory, delivery, stores, menu and customers are the real ones, and answer over
 * gRPC: what all of them keep of the order must hold together. The stories follow each other, because each process is
 * armed with the fail point after that of the one before it; each step stands in one story only, because a start takes
 * seconds.
 */
describe('the process of the order saga is killed before and after every step, beside the real domains', () => {
  let domains: DomainsProcess;
  let orders: SupervisedProcess;
  let gateway: string;
  const tokens = new Map<string, string>();
  const pools = new Map<string, ReturnType<typeof testPool>>();

  beforeAll(async () => {
    const base = await freePortBlock(45);
    gateway = `http://127.0.0.1:${base}/graphql`;
    domains = await startDomainsProcess(
      base,
      { BUS: 'postgres', BUS_DATABASE_URL: (await busDatabase()).url },
      'orders',
    );
    await domains.process.whenReady();
    for (const name of ['orders', 'inventory', 'delivery', 'payments'])
      pools.set(name, testPool({ connectionString: domains.databases[name]!, max: 2 }));
    pools.set('sagas', testPool({ connectionString: domains.sagasUrl, max: 1 }));
    const file = join(temporaryFolder('fail-points'), 'points.json');
    writeFileSync(file, JSON.stringify(dooms));
    orders = superviseProcess({
      script: new URL('serveDoomedOrders.ts', import.meta.url).pathname,
      ready: /serving subgraph orders/,
      env: {
        ...domains.env,
        FAIL_POINTS: file,
        DATABASE_URL: domains.databases['orders']!,
        SAGAS_DATABASE_URL: domains.sagasUrl,
      },
    });
    await orders.whenReady();
    for (const [role, subject] of [
      ['customer', seedId('customer', 1)],
      ['admin', 'admin'],
      ['courier', seedId('courier', 1)],
    ] as const)
      tokens.set(role, await domains.tokenFor(role, subject));
    const day = (ahead: number) =>
      new Date(Date.now() + ahead * 24 * 60 * minutes).toLocaleDateString('sv-SE', { timeZone: 'Europe/Berlin' });
    for (const date of [day(0), day(1)])
      await ask(
        'admin',
        'mutation ($input: SetOpeningExceptionInput!) { result: setOpeningException(input: $input) { __typename } }',
        { input: { storeId: demoStore, date, intervals: [{ opens: '00:00', closes: '00:00' }] } },
      );
    await ask('courier', 'mutation { result: setAvailability(available: true) { __typename } }', {});
  }, 4 * minutes);
  afterAll(async () => {
    await orders?.stop();
    await domains?.process.stop();
    for (const pool of pools.values()) await pool.end();
  });

  const rows = async <Row extends object>(database: string, sql: string, orderId: string): Promise<Row[]> =>
    (await pools.get(database)!.query<Row>(sql, [orderId])).rows;

  /** The result of a mutation, which is asked again while orders begin anew. */
  const ask = (
    role: string,
    query: string,
    variables: object,
  ): Promise<{ __typename: string; [field: string]: unknown }> =>
    soon(query, async () => {
      const response = await fetch(gateway, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.get(role)}` },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await response.json()) as {
        data?: { result?: { __typename: string } } | null;
        errors?: { extensions: { code: string } }[];
      };
      if (errors && !errors.every(({ extensions }) => /UNAVAILABLE|TIMEOUT/.test(extensions.code)))
        throw new Error(JSON.stringify(errors));
      return data?.result;
    });

  /** Like `until`, but the error tells what the processes have printed. */
  async function soon<T>(what: string, condition: () => Promise<T>): Promise<Exclude<T, false | null | undefined>> {
    try {
      return (await until(condition, { timeoutMs: 3 * minutes, intervalMs: 50, what })) as never;
    } catch (error) {
      const printed = [orders, domains.process].map((each) => each?.output.slice(-3_000)).join('\n');
      throw new Error(`${(error as Error).message}; printed:\n${printed}`, { cause: error });
    }
  }

  async function place(service: 'TAKEAWAY' | 'DELIVERY', over: object = {}): Promise<string> {
    const result = (await ask(
      'customer',
      'mutation ($input: PlaceOrderInput!) { result: placeOrder(input: $input) { __typename ... on PlaceOrderSuccess { order { id } } } }',
      { input: orderInput(service, over) },
    )) as { __typename: string; order: { id: string } };
    expect(result.__typename).toBe('PlaceOrderSuccess');
    return result.order.id;
  }
  const statusIs = (orderId: string, status: string) =>
    soon(`the order is ${status}`, async () => {
      const [order] = await rows<{ status: string }>('orders', 'SELECT status FROM orders WHERE id = $1', orderId);
      return order?.status === status;
    });
  async function work(orderId: string, ...steps: ('startPreparation' | 'markReady' | 'handOver' | 'cancelOrder')[]) {
    for (const step of steps) {
      const role = step === 'cancelOrder' ? 'customer' : 'admin';
      const { __typename } = await ask(
        role,
        `mutation ($orderId: ID!) { result: ${step}(orderId: $orderId) { __typename } }`,
        { orderId },
      );
      expect(__typename).toMatch(/Success$/);
    }
  }
  const deliveriesOf = (orderId: string) =>
    rows<{ id: string; status: string }>('delivery', 'SELECT id, status FROM delivery WHERE order_id = $1', orderId);
  /** The courier takes the job of an order, and reports how far it has come. */
  async function carry(orderId: string, ...reports: object[]): Promise<void> {
    const { id: deliveryId } = await soon('there is a job', async () => (await deliveriesOf(orderId))[0]);
    // The delivery hears a moment after the kitchen that the food is wanted, and is ready.
    await soon('the courier has the job', async () => {
      const { __typename } = await ask(
        'courier',
        'mutation ($deliveryId: ID!) { result: acceptJob(deliveryId: $deliveryId) { __typename } }',
        { deliveryId },
      );
      return __typename === 'AcceptJobSuccess';
    });
    for (const report of reports)
      await soon('the courier has reported', async () => {
        const { __typename } = await ask(
          'courier',
          'mutation ($input: ReportDeliveryStatusInput!) { result: reportDeliveryStatus(input: $input) { __typename } }',
          { input: { deliveryId, ...report } },
        );
        return __typename === 'ReportDeliveryStatusSuccess';
      });
  }

  /** Waits until a process has died at every fail point up to the end of this story, and the saga has ended. */
  async function settled(story: keyof typeof stories, orderId: string): Promise<void> {
    const names = Object.keys(stories) as (keyof typeof stories)[];
    const died = names.slice(0, names.indexOf(story) + 1).flatMap((name) => stories[name]).length;
    await soon(`${died} processes have died`, () => Promise.resolve(orders.starts === died + 1));
    await soon('the saga has ended', async () => {
      const [saga] = await rows<{ status: string }>(
        'sagas',
        'SELECT status FROM dbos.workflow_status WHERE workflow_uuid = $1',
        orderId,
      );
      return saga?.status === 'SUCCESS';
    });
    for (const { point } of stories[story]) expect(orders.output).toContain(`armed with ${point}\n`);
    expect(orders.output.match(/ended: SIGKILL/g)).toHaveLength(died);
    const told = await rows<{ version: number }>(
      'orders',
      `SELECT version FROM platform.event WHERE stream = 'order:' || $1 ORDER BY version`,
      orderId,
    );
    expect(told.map(({ version }) => version)).toEqual(told.map((_, index) => index + 1));
  }

  /** What each domain keeps of an order in the end: the provider's ledger and the payment, the stock, the delivery. */
  async function kept(orderId: string) {
    const [payment] = await rows<{ status: string }>(
      'payments',
      'SELECT status FROM payment WHERE order_id = $1',
      orderId,
    );
    const [stock] = await rows<{ state: string }>(
      'inventory',
      'SELECT state FROM reservation WHERE order_id = $1',
      orderId,
    );
    const [order] = await rows<{ status: string; token: string | null }>(
      'orders',
      'SELECT status, payment_method_token AS token FROM orders WHERE id = $1',
      orderId,
    );
    return {
      status: order?.status,
      token: order?.token,
      money: (await ledgerOf(domains.provider, orderId)).map(({ kind }) => kind),
      payment: payment?.status,
      stock: stock?.state,
      deliveries: (await deliveriesOf(orderId)).map(({ status }) => status),
    };
  }

  it('at the counter: completed, and paid for once', { timeout: 10 * minutes }, async () => {
    const orderId = await place('TAKEAWAY');
    await statusIs(orderId, 'CONFIRMED');
    await work(orderId, 'startPreparation', 'markReady', 'handOver');
    await settled('atTheCounter', orderId);
    expect(await kept(orderId)).toEqual({
      status: 'COMPLETED',
      token: null,
      money: ['authorisation', 'capture'],
      payment: 'CAPTURED',
      stock: 'CONSUMED',
      deliveries: [],
    });
  });

  it('by courier: one job, delivered once', { timeout: 10 * minutes }, async () => {
    const orderId = await place('DELIVERY', { addressVersionId: seedId('addressVersion', '1/1') });
    await statusIs(orderId, 'CONFIRMED');
    await work(orderId, 'startPreparation', 'markReady');
    await carry(orderId, { status: 'PICKED_UP' });
    await statusIs(orderId, 'OUT_FOR_DELIVERY');
    await carry(orderId, { status: 'DELIVERED' });
    await settled('byCourier', orderId);
    expect(await kept(orderId)).toMatchObject({
      status: 'COMPLETED',
      money: ['authorisation', 'capture'],
      stock: 'CONSUMED',
      deliveries: ['DELIVERED'],
    });
  });

  it('not delivered: paid back once', { timeout: 10 * minutes }, async () => {
    const orderId = await place('DELIVERY', { addressVersionId: seedId('addressVersion', '1/1') });
    await statusIs(orderId, 'CONFIRMED');
    await work(orderId, 'startPreparation', 'markReady');
    await carry(orderId, { status: 'PICKED_UP' });
    await statusIs(orderId, 'OUT_FOR_DELIVERY');
    await carry(orderId, { status: 'FAILED', reason: 'CUSTOMER_NOT_FOUND' });
    await settled('undeliverable', orderId);
    expect(await kept(orderId)).toMatchObject({
      status: 'CANCELLED',
      money: ['authorisation', 'capture', 'refund'],
      payment: 'REFUNDED',
      stock: 'CONSUMED',
      deliveries: ['FAILED'],
    });
  });

  it('a declined card: rejected, and nothing is held', { timeout: 10 * minutes }, async () => {
    const orderId = await place('TAKEAWAY', { payment: { methodToken: 'tok_declined' } });
    await settled('declined', orderId);
    expect(await kept(orderId)).toMatchObject({
      status: 'REJECTED',
      token: null,
      money: ['decline'],
      stock: undefined,
    });
  });

  it('cancelled in time: stock and money are given back once', { timeout: 10 * minutes }, async () => {
    const orderId = await place('TAKEAWAY');
    await statusIs(orderId, 'CONFIRMED');
    await work(orderId, 'cancelOrder');
    await settled('cancelled', orderId);
    expect(await kept(orderId)).toMatchObject({
      status: 'CANCELLED',
      token: null,
      money: ['authorisation', 'void'],
      payment: 'VOIDED',
      stock: 'RELEASED',
    });
  });

  it('forgotten by the kitchen: the wait ends, and all is given back once', { timeout: 10 * minutes }, async () => {
    const orderId = await place('TAKEAWAY');
    await settled('forgotten', orderId);
    expect(await kept(orderId)).toMatchObject({
      status: 'CANCELLED',
      money: ['authorisation', 'void'],
      stock: 'RELEASED',
    });
  });
});
