import { describe, expect, it } from 'vitest';
import { cancelOrder } from '../commands/cancelOrder.ts';
import { doomedOrders, patienceMs } from '../testing/doomedOrders.ts';
import { addressVersionId, rareItem } from '../testing/otherDomains.ts';
import { customer } from '../testing/principals.ts';

const around = (...steps: string[]) => steps.flatMap((step) => [`saga.${step}.before`, `saga.${step}.after`]);

type World = Awaited<ReturnType<typeof doomedOrders>>;

/**
 * The process of the saga is killed at every fail point in turn, and each next process goes on with the same order.
 * Each step stands in one of the stories only, because a start takes seconds.
 * Each operation may appear in the ledgers of the other domains only once, and only what was done may be undone, in
 * reverse order.
 */
describe('killed before and after every step, an order', () => {
  const kill = (name: string, points: string[], run: (world: World) => Promise<void>) =>
    it.concurrent(name, { timeout: 2 * patienceMs(points) }, async () => {
      const world = await doomedOrders(points);
      try {
        await run(world);
      } finally {
        await world.end();
      }
    });

  const atTheCounter = around(
    'authorise',
    'reserve',
    'confirm',
    'consume',
    'capture',
    'complete',
    'forgetPaymentMethod',
  );
  kill('at the counter is completed, and paid for once', atTheCounter, async (world) => {
    const orderId = await world.place();
    await world.reached(orderId, 'CONFIRMED');
    await world.work(orderId, 'start', 'ready', 'handOver');
    await world.reached(orderId, 'COMPLETED');
    await world.settled(orderId, ['authorised', 'reserved', 'consumed', 'captured']);
  });

  kill('by courier is delivered once', around('dispatch', 'sendOut'), async (world) => {
    const orderId = await world.place({ service: 'DELIVERY', addressVersionId });
    await world.reached(orderId, 'CONFIRMED');
    await world.work(orderId, 'start', 'ready');
    await world.courier(orderId, 'PICKED_UP');
    await world.reached(orderId, 'OUT_FOR_DELIVERY');
    await world.courier(orderId, 'DELIVERED');
    await world.reached(orderId, 'COMPLETED');
    await world.settled(orderId, ['authorised', 'reserved', 'dispatched', 'consumed', 'captured']);
  });

  kill('that cannot be delivered is paid back once', around('refund', 'cancelDelivery'), async (world) => {
    const orderId = await world.place({ service: 'DELIVERY', addressVersionId });
    await world.reached(orderId, 'CONFIRMED');
    await world.work(orderId, 'start', 'ready');
    await world.courier(orderId, 'PICKED_UP');
    await world.reached(orderId, 'OUT_FOR_DELIVERY');
    await world.courier(orderId, 'FAILED');
    await world.reached(orderId, 'CANCELLED');
    await world.settled(orderId, [
      'authorised',
      'reserved',
      'dispatched',
      'consumed',
      'captured',
      'refunded',
      'delivery cancelled',
    ]);
  });

  kill('that is out of stock is rejected, and nothing is held', around('end', 'void'), async (world) => {
    const orderId = await world.place({ lines: [{ menuItemId: rareItem, quantity: 1 }] });
    await world.reached(orderId, 'REJECTED');
    await world.settled(orderId, ['authorised', 'out of stock', 'voided']);
  });

  kill('that is cancelled in time is given back once', around('release'), async (world) => {
    const orderId = await world.place();
    await world.reached(orderId, 'CONFIRMED');
    expect(await cancelOrder(world.domain, customer, orderId)).toMatchObject({ kind: 'done' });
    await world.settled(orderId, ['authorised', 'reserved', 'released', 'voided']);
  });
});
