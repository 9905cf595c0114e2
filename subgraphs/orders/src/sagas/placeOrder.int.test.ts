import { Code, ConnectError } from '@connectrpc/connect';
import type pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventBus } from '#platform/events/eventBus.ts';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import { startSagas, type SagaRuntime } from '#platform/sagas/sagaHost.ts';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { placeOrder } from '../commands/placeOrder.ts';
import type { Orders } from '../context.ts';
import orders from '../main.ts';
import { cancelOrder } from '../commands/cancelOrder.ts';
import { kitchenWork, type KitchenStep } from '../commands/kitchenWork.ts';
import { ledgerDomains, ledgerOf, ledgerTable, type Interruption } from '../testing/ledgerDomains.ts';
import { addressVersionId, burger, customerId, rareItem, storeId } from '../testing/otherDomains.ts';
import { customer, kitchen, manager } from '../testing/principals.ts';
import { confirmed, deliveryStatusChanged, refunded } from '../testing/deliveryNews.ts';

const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });
let subgraph: TestSubgraph<Orders>;
let domain: Orders;
let bus: EventBus;
let sagas: SagaRuntime;
let ledger: pg.Pool;
let interrupt: Interruption | undefined;

/** Makes one operation of the other domains fail until `comeBack` is called. */
function makeUnavailable(operation: string) {
  const outage = {
    refused: 0,
    comeBack: () => {
      interrupt = undefined;
    },
  };
  interrupt = (asked) => {
    if (asked !== operation) return;
    outage.refused += 1;
    throw new ConnectError('away', Code.Unavailable);
  };
  return outage;
}

beforeAll(async () => {
  ledger = testPool({ connectionString: (await databaseOf()).url });
  await ledger.query(ledgerTable);
  bus = await postgresBus({ databaseUrl: (await databaseOf('platform/events/bus/migrations')).url, log });
  whenFileEnds(() => bus.close());
  subgraph = await testSubgraph<Orders>(orders, {
    bus,
    others: ledgerDomains(ledger, (...call) => interrupt?.(...call)),
    configuration: {
      ORDER_PAYMENT_CONFIRMATION_SECONDS: 3,
      ORDER_KITCHEN_START_SECONDS: 3,
      ORDER_KITCHEN_READY_SECONDS: 3,
      ORDER_COLLECTION_SECONDS: 3,
      ORDER_DELIVERY_SECONDS: 3,
    },
  });
  domain = subgraph.domain;
  sagas = await startSagas({ databaseUrl: (await databaseOf()).url, log });
});

afterAll(async () => {
  await sagas.stop();
  await ledger.end();
});

let keys = 0;

async function place(over: Record<string, unknown> = {}): Promise<string> {
  const outcome = await placeOrder(domain, customer, {
    storeId,
    service: 'TAKEAWAY',
    lines: [{ menuItemId: burger, quantity: 1 }],
    payment: { methodToken: 'tok_visa' },
    idempotencyKey: `key-${(keys += 1)}`,
    ...over,
  });
  if (outcome.kind !== 'placed') throw new Error(JSON.stringify(outcome));
  return outcome.orderId;
}

const statusOf = async (orderId: string) =>
  (await domain.db.order.findUniqueOrThrow({ where: { id: orderId } })).status;
const reached = (orderId: string, status: string) =>
  until(async () => (await statusOf(orderId)) === status, { what: `${orderId} is ${status}` });
/**
 * Waits until the saga has ended. Its last own step deletes the payment method; the undo steps that may follow are
 * seen in the ledger.
 */
const settled = (orderId: string, ...entries: string[]) =>
  until(async () => {
    expect(await ledgerOf(ledger, orderId)).toEqual(entries);
    return true;
  });
const work = async (orderId: string, ...steps: KitchenStep['kind'][]) => {
  for (const kind of steps)
    expect(
      await kitchenWork(domain, { principal: kitchen, orderId }, { kind, reason: 'KITCHEN_TOO_BUSY' } as KitchenStep),
    ).toMatchObject({ kind: 'done' });
};
const courier = (orderId: string, to: Parameters<typeof deliveryStatusChanged>[1]) =>
  bus.publish('delivery.v1', [deliveryStatusChanged(orderId, to)]);
const rowOf = (orderId: string) => domain.db.order.findUniqueOrThrow({ where: { id: orderId } });
const historyOf = async (orderId: string) =>
  (
    await domain.pool.query<{ to: string; version: number }>(
      `SELECT coalesce(data ->> 'to', type) AS to, version FROM platform.event WHERE stream = $1 ORDER BY version`,
      [`order:${orderId}`],
    )
  ).rows.map((row) => row.to);

describe('the order saga', () => {
  it('leads an order at the counter from PLACED to COMPLETED', async () => {
    const orderId = await place();
    await reached(orderId, 'CONFIRMED');
    await work(orderId, 'start', 'ready', 'handOver');
    await reached(orderId, 'COMPLETED');
    await settled(orderId, 'authorised', 'reserved', 'consumed', 'captured');
    expect(await historyOf(orderId)).toEqual([
      'OrderCreated',
      'CONFIRMED',
      'PREPARING',
      'READY',
      'OrderHandedOver',
      'COMPLETED',
    ]);
    await until(async () => (await rowOf(orderId)).paymentMethodToken === null);
  });

  it('leads a delivery to COMPLETED, and lets its courier see the order', async () => {
    const orderId = await place({ service: 'DELIVERY', addressVersionId });
    await until(async () => (await ledgerOf(ledger, orderId)).includes('dispatched'));
    await courier(orderId, 'ASSIGNED');
    await work(orderId, 'start', 'ready');
    await courier(orderId, 'PICKED_UP');
    await reached(orderId, 'OUT_FOR_DELIVERY');
    await courier(orderId, 'DELIVERED');
    await reached(orderId, 'COMPLETED');
    await settled(orderId, 'authorised', 'reserved', 'dispatched', 'consumed', 'captured');
    expect(await rowOf(orderId)).toMatchObject({
      deliveryStatus: 'DELIVERED',
      customerId,
      courierId: expect.any(String) as string,
    });
  });

  it("handles a pick-up that is reported before the kitchen's event arrives", async () => {
    const orderId = await place({ service: 'DELIVERY', addressVersionId });
    await reached(orderId, 'CONFIRMED');
    await courier(orderId, 'PICKED_UP');
    await courier(orderId, 'DELIVERED');
    await work(orderId, 'start', 'ready');
    await reached(orderId, 'COMPLETED');
    expect(await historyOf(orderId)).toEqual([
      'OrderCreated',
      'CONFIRMED',
      'PREPARING',
      'READY',
      'OUT_FOR_DELIVERY',
      'COMPLETED',
    ]);
  });

  it('rejects an order whose payment is declined, and undoes nothing', async () => {
    const orderId = await place({ payment: { methodToken: 'tok_declined' } });
    await reached(orderId, 'REJECTED');
    expect(await rowOf(orderId)).toMatchObject({ reason: 'PAYMENT_DECLINED' });
    await settled(orderId, 'declined');
  });

  describe('whose guest has to confirm the payment with their bank', () => {
    const methodToken = 'tok_3ds';
    const answers = (orderId: string, operation: 'confirmed' | 'not confirmed') =>
      ledger.query('INSERT INTO ledger (key, order_id, operation) VALUES ($1, $2, $3)', [
        `${orderId}:bank`,
        orderId,
        operation,
      ]);
    const challengedOrder = async () => {
      const orderId = await place({ payment: { methodToken } });
      await until(async () => (await ledgerOf(ledger, orderId)).includes('challenged'));
      return orderId;
    };

    it('waits for it, and goes on as soon as it is heard', async () => {
      const orderId = await challengedOrder();
      expect(await statusOf(orderId)).toBe('PLACED');
      await answers(orderId, 'confirmed');
      await bus.publish('payments.v1', [confirmed(orderId)]);
      await reached(orderId, 'CONFIRMED');
      expect(await ledgerOf(ledger, orderId)).toEqual(['challenged', 'confirmed', 'reserved']);
    });

    it('goes on at the end of the wait when the news of it was lost', async () => {
      const orderId = await challengedOrder();
      await answers(orderId, 'confirmed');
      await reached(orderId, 'CONFIRMED');
    });

    it('rejects the order of a guest who refuses, and gives the payment up', async () => {
      const orderId = await challengedOrder();
      await answers(orderId, 'not confirmed');
      await bus.publish('payments.v1', [confirmed(orderId)]);
      await reached(orderId, 'REJECTED');
      expect(await rowOf(orderId)).toMatchObject({ reason: 'PAYMENT_DECLINED' });
      await settled(orderId, 'challenged', 'not confirmed', 'voided');
    });

    it('rejects the order of a guest who never comes back, once, and gives the payment up', async () => {
      const orderId = await challengedOrder();
      await reached(orderId, 'REJECTED');
      expect(await rowOf(orderId)).toMatchObject({ reason: 'PAYMENT_NOT_CONFIRMED' });
      await settled(orderId, 'challenged', 'voided');
      expect(await historyOf(orderId)).toEqual(['OrderCreated', 'REJECTED']);
    });

    it('ends with the guest who cancels instead', async () => {
      const orderId = await challengedOrder();
      expect(await cancelOrder(domain, customer, orderId)).toMatchObject({ kind: 'done' });
      await settled(orderId, 'challenged', 'voided');
      expect(await historyOf(orderId)).toEqual(['OrderCreated', 'CANCELLED']);
    });
  });

  it('rejects an order that is out of stock, and voids the authorisation', async () => {
    const orderId = await place({ lines: [{ menuItemId: rareItem, quantity: 1 }] });
    await reached(orderId, 'REJECTED');
    expect(await rowOf(orderId)).toMatchObject({ reason: 'OUT_OF_STOCK' });
    await settled(orderId, 'authorised', 'out of stock', 'voided');
  });

  it('undoes all steps when the kitchen rejects the order', async () => {
    const orderId = await place();
    await reached(orderId, 'CONFIRMED');
    await work(orderId, 'reject');
    await settled(orderId, 'authorised', 'reserved', 'released', 'voided');
    expect(await rowOf(orderId)).toMatchObject({ status: 'REJECTED', reason: 'KITCHEN_TOO_BUSY' });
    expect(await kitchenWork(domain, { principal: kitchen, orderId }, { kind: 'start' })).toEqual({
      kind: 'refused',
      status: 'REJECTED',
    });
  });

  it('undoes all steps when the guest cancels in time, and refuses one who is too late', async () => {
    const orderId = await place({ service: 'DELIVERY', addressVersionId });
    await until(async () => (await ledgerOf(ledger, orderId)).includes('dispatched'));
    expect(await cancelOrder(domain, customer, orderId)).toMatchObject({ kind: 'done' });
    await settled(orderId, 'authorised', 'reserved', 'dispatched', 'delivery cancelled', 'released', 'voided');
    const late = await place();
    await reached(late, 'CONFIRMED');
    await work(late, 'start');
    expect(await cancelOrder(domain, customer, late)).toEqual({ kind: 'refused', status: 'PREPARING' });
  });

  it('lets the guest cancel while the payment is being authorised, and voids the authorisation afterwards', async () => {
    const payments = makeUnavailable('authorised');
    const orderId = await place();
    await until(() => payments.refused > 0);
    expect(await cancelOrder(domain, customer, orderId)).toMatchObject({ kind: 'done' });
    payments.comeBack();
    await settled(orderId, 'authorised', 'reserved', 'released', 'voided');
    expect(await rowOf(orderId)).toMatchObject({ status: 'CANCELLED', reason: 'CANCELLED_BY_CUSTOMER' });
    expect(await historyOf(orderId)).toEqual(['OrderCreated', 'CANCELLED']);
  });

  it('retries for as long as another domain is unavailable', async () => {
    const inventory = makeUnavailable('consumed');
    const orderId = await place();
    await reached(orderId, 'CONFIRMED');
    await work(orderId, 'start', 'ready', 'handOver');
    // More tries than one round of retries has.
    await until(() => inventory.refused > 5);
    inventory.comeBack();
    await reached(orderId, 'COMPLETED');
    await settled(orderId, 'authorised', 'reserved', 'consumed', 'captured');
  });

  it('cancels an order that the kitchen does not start or finish in time, or that nobody collects', async () => {
    const [ignored, unfinished, forgotten] = await Promise.all([place(), place(), place()]);
    await Promise.all([ignored, unfinished, forgotten].map((orderId) => reached(orderId, 'CONFIRMED')));
    await work(unfinished, 'start');
    await work(forgotten, 'start', 'ready');
    await Promise.all([ignored, unfinished, forgotten].map((orderId) => reached(orderId, 'CANCELLED')));
    expect((await Promise.all([ignored, unfinished, forgotten].map(rowOf))).map((row) => row.reason)).toEqual([
      'KITCHEN_START_TIMED_OUT',
      'KITCHEN_READY_TIMED_OUT',
      'NOT_COLLECTED',
    ]);
    await settled(ignored, 'authorised', 'reserved', 'released', 'voided');
    await settled(unfinished, 'authorised', 'reserved', 'released', 'voided');
    await settled(forgotten, 'authorised', 'reserved', 'consumed', 'captured', 'refunded');
  });

  it('cancels an order whose capture is refused while nobody has the food, and voids the authorisation', async () => {
    const refusedMethod = { payment: { methodToken: 'tok_no_capture' } };
    const [counter, delivery] = [
      await place(refusedMethod),
      await place({ ...refusedMethod, service: 'DELIVERY', addressVersionId }),
    ];
    await Promise.all([counter, delivery].map((orderId) => reached(orderId, 'CONFIRMED')));
    await Promise.all([work(counter, 'start', 'ready'), work(delivery, 'start', 'ready')]);
    await settled(counter, 'authorised, not to be captured', 'reserved', 'consumed', 'refused', 'voided');
    await settled(
      delivery,
      'authorised, not to be captured',
      'reserved',
      'dispatched',
      'consumed',
      'refused',
      'delivery cancelled',
      'voided',
    );
    for (const orderId of [counter, delivery])
      expect(await rowOf(orderId)).toMatchObject({ status: 'CANCELLED', reason: 'CAPTURE_REFUSED' });
  });

  it('completes an order that the guest has although its capture is refused, and keeps the authorisation for staff', async () => {
    const bank = makeUnavailable('refused');
    const refusedMethod = { payment: { methodToken: 'tok_no_capture' } };
    const [counter, delivery] = [
      await place(refusedMethod),
      await place({ ...refusedMethod, service: 'DELIVERY', addressVersionId }),
    ];
    await Promise.all([counter, delivery].map((orderId) => reached(orderId, 'CONFIRMED')));
    await Promise.all([work(counter, 'start', 'ready', 'handOver'), work(delivery, 'start', 'ready')]);
    await ledger.query(`INSERT INTO ledger (key, order_id, operation) VALUES ($1, $1, 'picked up')`, [delivery]);
    await until(() => bank.refused > 1);
    bank.comeBack();
    await courier(delivery, 'PICKED_UP');
    await courier(delivery, 'DELIVERED');
    await Promise.all([counter, delivery].map((orderId) => reached(orderId, 'COMPLETED')));
    await settled(counter, 'authorised, not to be captured', 'reserved', 'consumed', 'refused');
    await until(async () => (await rowOf(counter)).paymentMethodToken === null);
  });

  it('voids the authorisation, or refunds what staff captured meanwhile, when the courier cannot deliver', async () => {
    for (const taken of [false, true]) {
      const bank = makeUnavailable('refused');
      const orderId = await place({
        payment: { methodToken: 'tok_no_capture' },
        service: 'DELIVERY',
        addressVersionId,
      });
      await reached(orderId, 'CONFIRMED');
      await work(orderId, 'start', 'ready');
      await ledger.query(`INSERT INTO ledger (key, order_id, operation) VALUES ($1, $1, 'picked up')`, [orderId]);
      await until(() => bank.refused > 0);
      bank.comeBack();
      await courier(orderId, 'PICKED_UP');
      await reached(orderId, 'OUT_FOR_DELIVERY');
      const byStaff = `${orderId}:byStaff`;
      if (taken)
        await ledger.query(`INSERT INTO ledger (key, order_id, operation) VALUES ($1, $2, 'captured')`, [
          byStaff,
          orderId,
        ]);
      await courier(orderId, 'FAILED');
      await reached(orderId, 'CANCELLED');
      await until(async () => (await ledgerOf(ledger, orderId)).includes(taken ? 'refunded' : 'voided'));
      const entries = await ledgerOf(ledger, orderId);
      expect(entries.filter((entry) => ['voided', 'refunded'].includes(entry))).toEqual([
        taken ? 'refunded' : 'voided',
      ]);
    }
  });

  it('refunds an order that the courier cannot deliver, or that staff cancels before the hand-over', async () => {
    const undeliverable = await place({ service: 'DELIVERY', addressVersionId });
    const calledOff = await place();
    await Promise.all([undeliverable, calledOff].map((orderId) => reached(orderId, 'CONFIRMED')));
    await work(undeliverable, 'start', 'ready');
    await work(calledOff, 'start', 'ready');
    await courier(undeliverable, 'PICKED_UP');
    await reached(undeliverable, 'OUT_FOR_DELIVERY');
    await courier(undeliverable, 'FAILED');
    await until(async () => (await ledgerOf(ledger, calledOff)).includes('captured'));
    expect(await cancelOrder(domain, manager, calledOff)).toMatchObject({ kind: 'done' });
    await settled(
      undeliverable,
      'authorised',
      'reserved',
      'dispatched',
      'consumed',
      'captured',
      'refunded',
      'delivery cancelled',
    );
    await settled(calledOff, 'authorised', 'reserved', 'consumed', 'captured', 'refunded');
    expect(await rowOf(undeliverable)).toMatchObject({ status: 'CANCELLED', reason: 'DELIVERY_FAILED' });
  });

  it.each(['picked up', 'arrived'])(
    'does not let staff call off what a courier has %s, however late the news and the money come',
    async (operation) => {
      const outage = makeUnavailable('captured');
      const orderId = await place({ service: 'DELIVERY', addressVersionId });
      await reached(orderId, 'CONFIRMED');
      await work(orderId, 'start', 'ready');
      await until(() => outage.refused > 0);
      await ledger.query(`INSERT INTO ledger (key, order_id, operation) VALUES ($1, $1, $2)`, [orderId, operation]);
      expect(await cancelOrder(domain, manager, orderId)).toEqual({ kind: 'refused', status: 'READY' });
      outage.comeBack();
      await courier(orderId, 'PICKED_UP');
      await courier(orderId, 'DELIVERED');
      await reached(orderId, 'COMPLETED');
      await settled(orderId, 'authorised', 'reserved', 'dispatched', 'consumed', operation, 'captured');
    },
  );

  it('cancels nothing while delivery cannot tell whether the courier has the food', async () => {
    const orderId = await place({ service: 'DELIVERY', addressVersionId });
    await reached(orderId, 'CONFIRMED');
    await work(orderId, 'start', 'ready');
    await until(async () => (await ledgerOf(ledger, orderId)).includes('captured'));
    const outage = makeUnavailable('cancel asked');
    await expect(cancelOrder(domain, manager, orderId)).rejects.toMatchObject({
      extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
    });
    outage.comeBack();
    expect(await cancelOrder(domain, manager, orderId)).toMatchObject({ kind: 'done' });
    await settled(
      orderId,
      'authorised',
      'reserved',
      'dispatched',
      'consumed',
      'captured',
      'delivery cancelled',
      'refunded',
    );
  });

  it('does not treat an order as not collected while its courier has the food', async () => {
    const orderId = await place({ service: 'DELIVERY', addressVersionId });
    await reached(orderId, 'CONFIRMED');
    await work(orderId, 'start', 'ready');
    await until(async () => (await ledgerOf(ledger, orderId)).includes('captured'));
    await ledger.query(`INSERT INTO ledger (key, order_id, operation) VALUES ($1, $1, 'picked up')`, [orderId]);
    const later = await place({ service: 'DELIVERY', addressVersionId });
    await reached(later, 'CONFIRMED');
    await work(later, 'start', 'ready');
    await reached(later, 'CANCELLED');
    expect(await rowOf(later)).toMatchObject({ reason: 'NOT_COLLECTED' });
    expect(await statusOf(orderId)).toBe('READY');
    await courier(orderId, 'PICKED_UP');
    await reached(orderId, 'OUT_FOR_DELIVERY');
    await courier(orderId, 'DELIVERED');
    await reached(orderId, 'COMPLETED');
  });

  it('completes an order that was handed over after a refund by staff: a refund does not cancel it', async () => {
    const orderId = await place();
    await reached(orderId, 'CONFIRMED');
    await work(orderId, 'start', 'ready');
    await until(async () => (await ledgerOf(ledger, orderId)).includes('captured'));
    await bus.publish('payments.v1', [refunded(orderId)]);
    await until(async () => (await rowOf(orderId)).paymentOutcome === 'REFUNDED');
    expect(await statusOf(orderId)).toBe('READY');
    await work(orderId, 'handOver');
    await reached(orderId, 'COMPLETED');
    await settled(orderId, 'authorised', 'reserved', 'consumed', 'captured');
  });

  it('cancels a delivery that takes too long, but not one that arrives at that moment', async () => {
    const [lost, arrived] = [
      await place({ service: 'DELIVERY', addressVersionId }),
      await place({ service: 'DELIVERY', addressVersionId }),
    ];
    await Promise.all([lost, arrived].map((orderId) => reached(orderId, 'CONFIRMED')));
    await Promise.all([work(lost, 'start', 'ready'), work(arrived, 'start', 'ready')]);
    await Promise.all([courier(lost, 'PICKED_UP'), courier(arrived, 'PICKED_UP')]);
    await Promise.all([lost, arrived].map((orderId) => reached(orderId, 'OUT_FOR_DELIVERY')));
    await ledger.query(`INSERT INTO ledger (key, order_id, operation) VALUES ($1, $1, 'arrived')`, [arrived]);
    await reached(lost, 'CANCELLED');
    await courier(arrived, 'DELIVERED');
    await reached(arrived, 'COMPLETED');
    await settled(
      lost,
      'authorised',
      'reserved',
      'dispatched',
      'consumed',
      'captured',
      'delivery cancelled',
      'refunded',
    );
    expect(await rowOf(lost)).toMatchObject({ reason: 'DELIVERY_TIMED_OUT' });
  });
});
