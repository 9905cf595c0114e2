import { beforeAll, describe, expect, it } from 'vitest';
import { seedId } from '#schema/seed/seedId.ts';
import { orderInput } from '../harness/placing.ts';
import { demoStore } from '../harness/startTestSystem.ts';
import { around, minutes, type Doomed, type Stage } from './stage.ts';

const atTheCounter = around('authorise', 'reserve', 'confirm', 'consume', 'capture', 'complete', 'forgetPaymentMethod');
const byCourier = [...atTheCounter, ...around('dispatch', 'sendOut')];
const undeliverable = [...byCourier, ...around('refund', 'cancelDelivery')];
const declined = [...undeliverable, ...around('end')];
const cancelled = [...declined, ...around('release', 'void')];
const forgotten = [
  ...cancelled,
  ...around('expire').map((doom) => ({ ...doom, env: { ORDER_KITCHEN_START_SECONDS: '1' } })),
];

const unconfirmed = [
  ...forgotten,
  ...around('checkChallenge').map((doom) => ({ ...doom, env: { ORDER_PAYMENT_CONFIRMATION_SECONDS: '1' } })),
];
/** In London, where Kassa takes the payments. */
const londonStore = seedId('store', 53);

/** The stories of an order at a restaurant. */
export const orderStories = (stage: Stage) =>
  describe('killed before and after every step, an order', { timeout: 10 * minutes }, () => {
    let orders: Doomed;
    const { ask, soon, rows } = stage;

    beforeAll(async () => {
      orders = await stage.doom('orders', unconfirmed);
      const day = (ahead: number) =>
        new Date(Date.now() + ahead * 24 * 60 * minutes).toLocaleDateString('sv-SE', { timeZone: 'Europe/Berlin' });
      for (const [storeId, date] of [demoStore, londonStore].flatMap((id) => [-1, 0, 1].map((at) => [id, day(at)])))
        await ask(
          'admin',
          'mutation ($input: SetOpeningExceptionInput!) { result: setOpeningException(input: $input) { __typename } }',
          { input: { storeId, date, intervals: [{ opens: '00:00', closes: '00:00' }] } },
        );
      await ask('courier', 'mutation { result: setAvailability(available: true) { __typename } }');
    }, 4 * minutes);

    async function place(service: 'TAKEAWAY' | 'DELIVERY', over: object = {}): Promise<string> {
      const result = await ask(
        'customer',
        `mutation ($input: PlaceOrderInput!) {
           result: placeOrder(input: $input) { __typename ... on PlaceOrderSuccess { order { id } } }
         }`,
        { input: orderInput(service, over) },
      );
      expect(result.__typename).toBe('PlaceOrderSuccess');
      return (result['order'] as { id: string }).id;
    }
    const statusIs = (orderId: string, status: string) =>
      soon(`the order is ${status}`, async () => {
        const [order] = await rows<{ status: string }>('orders', 'SELECT status FROM orders WHERE id = $1', orderId);
        return order?.status === status;
      });
    const work = async (orderId: string, ...steps: ('startPreparation' | 'markReady' | 'handOver')[]) => {
      for (const step of steps) await change('admin', orderId, step);
    };
    const change = async (person: 'admin' | 'customer', orderId: string, what: string) => {
      const mutation = `mutation ($orderId: ID!) { result: ${what}(orderId: $orderId) { __typename } }`;
      expect((await ask(person, mutation, { orderId })).__typename).toMatch(/Success$/);
    };
    const deliveriesOf = (orderId: string) =>
      rows<{ id: string; status: string }>('delivery', 'SELECT id, status FROM delivery WHERE order_id = $1', orderId);
    /** The courier takes the job of an order, and reports how far it has come. */
    async function carry(orderId: string, report: { status: string; reason?: string }): Promise<void> {
      const { id: deliveryId } = await soon('there is a job', async () => (await deliveriesOf(orderId))[0]);
      const accept = 'mutation ($deliveryId: ID!) { result: acceptJob(deliveryId: $deliveryId) { __typename } }';
      const say = `mutation ($input: ReportDeliveryStatusInput!) {
        result: reportDeliveryStatus(input: $input) { __typename }
      }`;
      // The delivery hears a moment after the kitchen that the food is wanted, and is ready.
      await soon('the courier has the job', async () => {
        return (await ask('courier', accept, { deliveryId })).__typename === 'AcceptJobSuccess';
      });
      await soon('the courier has reported', async () => {
        const { __typename } = await ask('courier', say, { input: { deliveryId, ...report } });
        return __typename === 'ReportDeliveryStatusSuccess';
      });
    }

    /** What each domain keeps of an order in the end: the provider's ledger, payment, stock, delivery. */
    async function kept(orderId: string, deaths: number) {
      await orders.ended(orderId, deaths);
      await orders.told(`order:${orderId}`);
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
        money: await stage.moneyOf(orderId),
        payment: payment?.status,
        stock: stock?.state,
        deliveries: (await deliveriesOf(orderId)).map(({ status }) => status),
      };
    }

    it('at the counter is completed, and paid for once', async () => {
      const orderId = await place('TAKEAWAY');
      await statusIs(orderId, 'CONFIRMED');
      await work(orderId, 'startPreparation', 'markReady', 'handOver');
      expect(await kept(orderId, atTheCounter.length)).toEqual({
        status: 'COMPLETED',
        token: null,
        money: ['authorisation', 'capture'],
        payment: 'CAPTURED',
        stock: 'CONSUMED',
        deliveries: [],
      });
    });

    it('by courier is one job, and delivered once', async () => {
      const orderId = await place('DELIVERY', { addressVersionId: seedId('addressVersion', '1/1') });
      await statusIs(orderId, 'CONFIRMED');
      await work(orderId, 'startPreparation', 'markReady');
      await carry(orderId, { status: 'PICKED_UP' });
      await statusIs(orderId, 'OUT_FOR_DELIVERY');
      await carry(orderId, { status: 'DELIVERED' });
      expect(await kept(orderId, byCourier.length)).toMatchObject({
        status: 'COMPLETED',
        money: ['authorisation', 'capture'],
        stock: 'CONSUMED',
        deliveries: ['DELIVERED'],
      });
    });

    it('that cannot be delivered is paid back once', async () => {
      const orderId = await place('DELIVERY', { addressVersionId: seedId('addressVersion', '1/1') });
      await statusIs(orderId, 'CONFIRMED');
      await work(orderId, 'startPreparation', 'markReady');
      await carry(orderId, { status: 'PICKED_UP' });
      await statusIs(orderId, 'OUT_FOR_DELIVERY');
      await carry(orderId, { status: 'FAILED', reason: 'CUSTOMER_NOT_FOUND' });
      expect(await kept(orderId, undeliverable.length)).toMatchObject({
        status: 'CANCELLED',
        money: ['authorisation', 'capture', 'refund'],
        payment: 'REFUNDED',
        stock: 'CONSUMED',
        deliveries: ['FAILED'],
      });
    });

    it('whose card is declined is rejected, and nothing is held', async () => {
      const orderId = await place('TAKEAWAY', { payment: { methodToken: 'tok_declined' } });
      expect(await kept(orderId, declined.length)).toMatchObject({
        status: 'REJECTED',
        token: null,
        money: ['decline'],
        stock: undefined,
      });
    });

    it('that is cancelled in time is given back once, stock and money', async () => {
      const orderId = await place('TAKEAWAY');
      await statusIs(orderId, 'CONFIRMED');
      await change('customer', orderId, 'cancelOrder');
      expect(await kept(orderId, cancelled.length)).toMatchObject({
        status: 'CANCELLED',
        token: null,
        money: ['authorisation', 'void'],
        payment: 'VOIDED',
        stock: 'RELEASED',
      });
    });

    it('that the kitchen forgets is given back once when the wait is over', async () => {
      const orderId = await place('TAKEAWAY');
      expect(await kept(orderId, forgotten.length)).toMatchObject({
        status: 'CANCELLED',
        money: ['authorisation', 'void'],
        stock: 'RELEASED',
      });
    });

    it('whose guest is asked by their bank and never comes back is given up once', async () => {
      const orderId = await place('TAKEAWAY', { storeId: londonStore, payment: { methodToken: 'tok_3ds' } });
      expect(await kept(orderId, unconfirmed.length)).toMatchObject({
        status: 'REJECTED',
        token: null,
        payment: 'VOIDED',
        money: [],
        stock: undefined,
      });
      const { url, apiKey } = stage.provider;
      const answer = await fetch(`${url}/kassa/ledger?reference=${orderId}`, {
        headers: { authorization: `Bearer ${apiKey}` },
      });
      const { data } = (await answer.json()) as { data: { kind: string }[] };
      expect(data.map(({ kind }) => kind)).toEqual(['challenge', 'cancel']);
      expect(await orders.told(`order:${orderId}`)).toEqual(['OrderCreated', 'REJECTED']);
    });
  });
