import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AcceptJobDocument, GiveBackJobDocument } from '#generated/bffs/delivery/operations.ts';
import {
  CancelOrderDocument,
  OrderScreenDocument,
  OrderStatusChangedDocument,
  PlaceOrderDocument,
} from '#generated/bffs/mobile/operations.ts';
import { CarrierRuleDocument, SetCarrierRuleDocument } from '#generated/bffs/staff/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { markReady, startPreparation } from '../harness/staffDocuments.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';

/** The scenario, in a system that `begin` gives. */
export function deliveryPartner(begin: () => Promise<TestSystem>): void {
  type Name = 'VELO' | 'STADTBOTE';
  const names: readonly Name[] = ['VELO', 'STADTBOTE'];
  const patience = { timeoutMs: 60_000 };

  let system: TestSystem;
  let customer: ChannelClient;
  let kitchen: ChannelClient;
  let manager: ChannelClient;
  beforeAll(async () => {
    system = await begin();
    customer = system.client('mobile', { role: 'customer' });
    kitchen = system.client('gateway', { role: 'kitchen' });
    manager = system.client('staff', { role: 'manager' });
  });
  // Other scenarios have their orders brought by couriers of the chain.
  afterAll(async () => {
    await rule('OWN_COURIERS', []);
    for (const name of names) await atPartner(name, 'PUT', '/behaviour', {});
  });

  /** What the manager of the store sets. */
  async function rule(choice: 'OWN_COURIERS' | 'PARTNERS', partners: readonly Name[]): Promise<void> {
    const { carrierRule } = await manager.ask(CarrierRuleDocument, { storeId: demoStore });
    const { result } = await manager.ask(SetCarrierRuleDocument, {
      input: {
        idempotencyKey: randomUUID(),
        storeId: demoStore,
        expectedVersion: carrierRule!.version,
        choice,
        partners: [...partners],
        ownCourierSeconds: 10,
      },
    });
    expect(result.__typename).toBe('CarrierRuleSet');
  }

  /** What people of a partner do. */
  async function atPartner<T>(name: Name, method: string, path: string, body?: object): Promise<T> {
    const { url, secret } = system.deliveryPartners;
    const basic = `Basic ${Buffer.from(`drburger:${secret}`).toString('base64')}`;
    const answer = await fetch(`${url}/${name.toLowerCase()}${path}`, {
      method,
      headers: { authorization: name === 'VELO' ? `Bearer ${secret}` : basic },
      body: body && JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as T;
  }

  async function ordered(): Promise<string> {
    const addressVersionId = seedId('addressVersion', '1/1');
    const input = orderInput('DELIVERY', { addressVersionId });
    return orderOf((await customer.ask(PlaceOrderDocument, { input })).placeOrder).id;
  }

  interface Job {
    readonly id: string;
    readonly partner: Name;
    readonly status: string;
  }
  const jobsOf = async (orderId: string): Promise<Job[]> =>
    (
      await system.subgraph('delivery').domain.pool.query<Job>(
        `SELECT j.id, j.partner, j.status FROM partner_job j JOIN delivery d ON d.id = j.delivery_id
         WHERE d.order_id = $1 ORDER BY j.created_at`,
        [orderId],
      )
    ).rows;
  const placed = (orderId: string): Promise<Job> =>
    until(async () => (await jobsOf(orderId)).find(({ status }) => status === 'PLACED'), patience);

  /** What the ledgers of both partners have about the jobs of an order; each job by the reference that we gave it. */
  async function ledgersOf(orderId: string): Promise<string[][]> {
    const told = async ({ id, partner }: Job) => {
      const { data } = await atPartner<{ data: { kind: string }[] }>(partner, 'GET', `/ledger?reference=${id}`);
      return [partner, ...data.map(({ kind }) => kind)];
    };
    return Promise.all((await jobsOf(orderId)).map(told));
  }

  const seen = async (orderId: string) => (await customer.ask(OrderScreenDocument, { orderId })).order!;
  const cook = async (orderId: string) => {
    await until(async () => (await seen(orderId)).status === 'CONFIRMED', patience);
    for (const step of [startPreparation, markReady]) await kitchen.ask(step, { orderId });
  };

  test('an order is brought by the partner that takes it: one job, though answers are lost and callbacks come first, and twice', async () => {
    await rule('PARTNERS', names);
    await atPartner('VELO', 'PUT', '/behaviour', { declineReason: 'no_riders' });
    await atPartner('STADTBOTE', 'PUT', '/behaviour', { loseAnswers: 1, callbackTimes: 2, callbacksFirst: true });
    const orderId = await ordered();
    const statuses = customer.subscribe(OrderStatusChangedDocument, { orderId });
    const { id: reference } = await placed(orderId);
    await cook(orderId);
    await until(async () => (await seen(orderId)).status === 'READY', patience);
    await atPartner('STADTBOTE', 'POST', '/advance', { reference, to: 'assigned' });
    await atPartner('STADTBOTE', 'POST', '/advance', { reference, to: 'collected' });
    await atPartner('STADTBOTE', 'POST', '/locate', { reference, latitude: 52.53, longitude: 13.41 });
    await statuses.next((message) => message.orderStatusChanged?.status === 'OUT_FOR_DELIVERY', 'on its way');
    await until(async () => (await seen(orderId)).delivery?.partnerCourier?.position, patience);
    expect((await seen(orderId)).delivery).toMatchObject({
      status: 'PICKED_UP',
      courier: null,
      partnerCourier: { partner: 'STADTBOTE', position: { latitude: 52.53, longitude: 13.41 } },
    });

    const delivered = performance.now();
    await atPartner('STADTBOTE', 'POST', '/advance', { reference, to: 'delivered' });
    await statuses.next((message) => message.orderStatusChanged?.status === 'COMPLETED', 'delivered');
    // A second on a machine that has nothing else to do.
    expect(performance.now() - delivered).toBeLessThan(10_000);
    expect(await ledgersOf(orderId)).toEqual([
      ['VELO', 'declined'],
      ['STADTBOTE', 'placed', 'assigned', 'collected', 'moved', 'delivered'],
    ]);
    expect(await moneyOf(orderId)).toEqual(['AUTHORISED', 'CAPTURED']);
    const { rows } = await system.subgraph('delivery').domain.pool.query<{ to: string }>(
      `SELECT data ->> 'to' AS to FROM platform.event WHERE type = 'DeliveryStatusChanged' AND data ->> 'orderId' = $1
         ORDER BY position`,
      [orderId],
    );
    expect(rows.map(({ to }) => to)).toEqual(['REQUESTED', 'ASSIGNED', 'PICKED_UP', 'DELIVERED']);
  });

  test('an order that is cancelled is a job that is cancelled, though the answer is lost', async () => {
    for (const name of names) await atPartner(name, 'PUT', '/behaviour', {});
    await rule('PARTNERS', ['VELO']);
    const orderId = await ordered();
    await placed(orderId);
    await atPartner('VELO', 'PUT', '/behaviour', { loseAnswers: 1 });
    const { cancelOrder } = await customer.ask(CancelOrderDocument, { orderId });
    expect(cancelOrder.__typename).toBe('CancelOrderSuccess');
    await until(async () => (await jobsOf(orderId))[0]?.status === 'CALLED_OFF', patience);
    expect(await ledgersOf(orderId)).toEqual([['VELO', 'placed', 'cancelled']]);
    expect((await seen(orderId)).status).toBe('CANCELLED');
  });

  test('an order that a courier gives back, and that no partner takes, fails and is paid back', async () => {
    await rule('OWN_COURIERS', names);
    for (const name of names) await atPartner(name, 'PUT', '/behaviour', { declineReason: 'no_riders' });
    const orderId = await ordered();
    const { id: deliveryId } = await until(async () => (await seen(orderId)).delivery ?? undefined, patience);
    const courier = system.client('delivery', { role: 'courier', subject: seedId('courier', 3) });
    expect((await courier.ask(AcceptJobDocument, { deliveryId })).acceptJob.__typename).toBe('AcceptJobSuccess');
    expect((await courier.ask(GiveBackJobDocument, { deliveryId })).giveBackJob.__typename).toBe('GiveBackJobSuccess');
    expect((await seen(orderId)).delivery).toMatchObject({ status: 'REQUESTED', courier: null });
    await until(async () => (await seen(orderId)).status === 'CANCELLED', patience);
    expect(await ledgersOf(orderId)).toEqual([
      ['VELO', 'declined'],
      ['STADTBOTE', 'declined'],
    ]);
    await until(async () => (await moneyOf(orderId)).length === 2, patience);
    expect(await moneyOf(orderId)).toEqual(['AUTHORISED', 'VOIDED']);
  });

  /** What became of the money of an order. */
  const moneyOf = async (orderId: string): Promise<string[]> =>
    (
      await system
        .subgraph('payments')
        .domain.pool.query<{ outcome: string }>(
          `SELECT data ->> 'outcome' AS outcome FROM platform.event WHERE data ->> 'orderId' = $1 ORDER BY position`,
          [orderId],
        )
    ).rows.map(({ outcome }) => outcome);
}
