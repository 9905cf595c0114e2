import { beforeAll, expect, it } from 'vitest';
import { ticketsOf } from './readModels/kitchenQueue.ts';
import { kitchenQueueChanges } from './readModels/kitchenQueueChanges.ts';
import { ordersAlone } from './testing/ordersAlone.ts';
import { otherStoreId, storeId } from './testing/otherDomains.ts';
import { customer } from './testing/principals.ts';

const alone = ordersAlone();
const { confirmed } = alone;
const told = 1_000;

let seen: number;
let newest: string;
const changes = () => kitchenQueueChanges(alone.domain, storeId, seen);
/** Puts tickets into a kitchen's queue that were ordered so many seconds ago, one each second. */
const older = (store: string, tickets: number, secondsAgo: number) =>
  alone.domain.pool.query(
    `INSERT INTO kitchen_queue (order_id, store_id, number, service, status, lines, placed_at, since, feed_version, ahead)
     SELECT gen_random_uuid(), $1, n, 'KIOSK', 'CONFIRMED', '[]', at, at, 0, '{}'
     FROM generate_series(1, $2) AS n, LATERAL (SELECT now() - make_interval(secs => $3 - n) AS at) AS ordered`,
    [store, tickets, secondsAgo],
  );
const handOver = (tickets: number) =>
  alone.domain.pool.query(
    `DELETE FROM kitchen_queue WHERE order_id IN (
       SELECT order_id FROM kitchen_queue WHERE store_id = $1 AND order_id <> store_id ORDER BY placed_at LIMIT $2)`,
    [storeId, tickets],
  );

beforeAll(async () => {
  await confirmed(customer);
  seen = (await kitchenQueueChanges(alone.domain, storeId, null)).version;
  newest = await confirmed(customer);
  await older(storeId, told + 3, 7_200);
});

it('is told as a whole while it is longer than a screen is told, so that none stays hidden', async () => {
  // With the two that were ordered last, there are five more than are told.
  const cut = await changes();
  expect([cut.reset, cut.changed.length, cut.removed]).toEqual([true, told, []]);
  await handOver(4);
  const shorter = await changes();
  expect([shorter.reset, shorter.changed.length]).toEqual([true, told]);
  await handOver(1);
  const whole = await changes();
  expect([whole.reset, whole.changed.map(({ orderId }) => orderId), whole.removed]).toEqual([false, [newest], []]);
});

it('hides no other kitchen that is asked for together with it', async () => {
  await older(otherStoreId, 3, 60);
  const tickets = await ticketsOf(alone.domain, [storeId, otherStoreId]);
  expect([tickets.get(storeId)!.length, tickets.get(otherStoreId)!.length]).toEqual([200, 3]);
});
