import { beforeAll, expect, test } from 'vitest';
import { OrderScreenDocument, PlaceOrderDocument } from '#generated/bffs/kiosk/operations.ts';
import { until } from '#platform/testkit/until.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { ledgerOf } from '../harness/ledgerOf.ts';
import { orderInput } from '../harness/placing.ts';
import { handOver, markReady, startPreparation } from '../harness/staffDocuments.ts';
import { StartedSystem } from '../harness/startedSystem.ts';

let system: StartedSystem;
let kiosk: ChannelClient;
let kitchen: ChannelClient;
beforeAll(async () => {
  system = await StartedSystem.start();
  kiosk = await system.client('kiosk', 'kiosk');
  kitchen = await system.client('gateway', 'kitchen');
});

/** What a device does: the same order, with the same key, until it is answered. Gives the order's id. */
async function place(methodToken: string): Promise<string> {
  const input = orderInput('KIOSK', { payment: { methodToken } });
  const result = await until(
    async () => {
      const answer = await kiosk.mutate(PlaceOrderDocument, { input }).catch(() => undefined);
      return answer?.data?.placeOrder;
    },
    { what: 'the order is acknowledged', timeoutMs: 120_000, intervalMs: 200 },
  );
  if (result.__typename !== 'PlaceOrderSuccess') throw new Error(JSON.stringify(result));
  return result.order.id;
}

const statusOf = async (orderId: string): Promise<string | undefined> =>
  (await kiosk.ask(OrderScreenDocument, { orderId })).order?.status;

/** The kitchen goes on with a ticket as long as there is something to do; what fails it tries again. */
const finish = (orderId: string): Promise<string> =>
  until(
    async () => {
      const status = await statusOf(orderId);
      if (status === 'CONFIRMED') await kitchen.ask(startPreparation, { orderId });
      if (status === 'PREPARING') await kitchen.ask(markReady, { orderId });
      if (status === 'READY') await kitchen.ask(handOver, { orderId });
      return status && ['COMPLETED', 'REJECTED', 'CANCELLED'].includes(status) && status;
    },
    { what: `order ${orderId} ends`, timeoutMs: 180_000, intervalMs: 100 },
  );

test(
  'killed amid orders and amid the kitchen, started again on the same data: every acknowledged order ends, charged once',
  { timeout: 420_000 },
  async () => {
    const acknowledged: { id: string; methodToken: string }[] = [];
    const methods = ['tok_visa', 'tok_lost_answer', 'tok_declined', 'tok_slow', 'tok_visa', 'tok_visa'];
    let next = 0;
    const device = async (): Promise<void> => {
      while (next < 24) {
        const methodToken = methods[next++ % methods.length]!;
        acknowledged.push({ id: await place(methodToken), methodToken });
      }
    };
    const placing = Promise.all([device(), device(), device()]);
    await until(() => acknowledged.length >= 6, { what: 'some orders are acknowledged', timeoutMs: 60_000 });
    await system.kill();
    await system.startAgain();
    await placing;
    expect(new Set(acknowledged.map(({ id }) => id)).size).toBe(24);

    const finishing = Promise.all(
      acknowledged.map(async ({ id, methodToken }) => ({ id, methodToken, status: await finish(id) })),
    );
    await until(
      async () =>
        (await Promise.all(acknowledged.slice(0, 6).map(({ id }) => statusOf(id)))).some(
          (status) => status === 'COMPLETED',
        ),
      { what: 'some orders are through', timeoutMs: 90_000 },
    );
    await system.kill();
    await system.startAgain();
    const ended = await finishing;

    for (const { id, methodToken, status } of ended) {
      const declined = methodToken === 'tok_declined';
      expect(status, methodToken).toBe(declined ? 'REJECTED' : 'COMPLETED');
      const ledger = await ledgerOf(system.provider, id);
      expect(
        ledger.map(({ kind, amount }) => `${kind} ${amount}`),
        methodToken,
      ).toEqual(declined ? ['decline 1280'] : ['authorisation 1280', 'capture 1280']);
    }
  },
);
