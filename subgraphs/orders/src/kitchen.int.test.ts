import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rebuildReadModel } from '#platform/events/rebuildReadModel.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { readWhileWriting } from '#platform/testkit/readWhileWriting.ts';
import { until } from '#platform/testkit/until.ts';
import { OrderHandedOver } from '#schema/events/orders.ts';
import { changeOrder } from './commands/changeOrder.ts';
import { kitchenQueue } from './readModels/kitchenQueue.ts';
import { boardsOf, orderBoard } from './readModels/orderBoard.ts';
import { ordersAlone } from './testing/ordersAlone.ts';
import { addressVersionId, otherStoreId, storeId } from './testing/otherDomains.ts';
import { courier, customer, kiosk, kioskElsewhere, kitchen, kitchenElsewhere, manager } from './testing/principals.ts';

const alone = ordersAlone();
const { confirmed, ask, mutate } = alone;

describe('the kitchen', () => {
  it('takes each step at its own store only, in order, and may repeat it', async () => {
    const orderId = await confirmed(customer);
    const start = 'startPreparation(orderId: $orderId)';
    expect(await mutate(kitchenElsewhere, start, orderId)).toEqual({ __typename: 'OrderNotFound' });
    expect(await mutate(kitchen, 'markReady(orderId: $orderId)', orderId)).toEqual({
      __typename: 'OrderStepRefused',
      status: 'CONFIRMED',
    });
    expect(await mutate(kitchen, start, orderId)).toEqual({ __typename: 'StartPreparationSuccess' });
    expect(await mutate(kitchen, start, orderId)).toEqual({ __typename: 'StartPreparationSuccess' });
    expect(await mutate(kitchen, 'rejectOrder(orderId: $orderId, reason: KITCHEN_CLOSING)', orderId)).toEqual({
      __typename: 'RejectOrderSuccess',
    });
    expect(await mutate(kitchen, start, orderId)).toEqual({ __typename: 'OrderStepRefused', status: 'REJECTED' });
    expect(
      (await alone.subgraph.as(customer)(`mutation { ${start.replace('$orderId', `"${orderId}"`)} { __typename } }`))
        .errors,
    ).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('recalls what is ready, and carries out a tap that is sent again once only', async () => {
    const orderId = await confirmed(customer);
    const tap = (mutation: string, key: string) =>
      mutate(kitchen, `${mutation}(orderId: $orderId, idempotencyKey: "${key}")`, orderId);
    const statusNow = async () => (await alone.domain.db.order.findUniqueOrThrow({ where: { id: orderId } })).status;
    await tap('startPreparation', 'tap-1');
    await tap('markReady', 'tap-2');
    expect(await tap('recallOrder', 'tap-3')).toEqual({ __typename: 'RecallOrderSuccess' });
    expect(await statusNow()).toBe('PREPARING');
    // The screen that said ready had lost the answer, and says it again after another screen has recalled the order.
    expect(await tap('markReady', 'tap-2')).toEqual({ __typename: 'MarkReadySuccess' });
    expect(await statusNow()).toBe('PREPARING');
    expect(await tap('handOver', 'tap-4')).toEqual({ __typename: 'OrderStepRefused', status: 'PREPARING' });
    await tap('markReady', 'tap-5');
    expect(await tap('handOver', 'tap-4')).toEqual({ __typename: 'OrderStepRefused', status: 'PREPARING' });
    expect(await statusNow()).toBe('READY');
    expect(await mutate(kitchenElsewhere, 'recallOrder(orderId: $orderId)', orderId)).toEqual({
      __typename: 'OrderNotFound',
    });
    expect(await tap('handOver', 'tap-6')).toEqual({ __typename: 'HandOverSuccess' });
    expect(await tap('recallOrder', 'tap-7')).toEqual({ __typename: 'OrderStepRefused', status: 'READY' });
  });

  it('finds its work in the queue, and guests find their orders on the board', async () => {
    const queue =
      'query ($storeId: ID!) { kitchenQueue(storeId: $storeId) { orderId status number lines { name(locale: DE) quantity } order { id } } }';
    const board =
      'query ($storeId: ID!) { orderBoard(storeId: $storeId) { version store { id } preparing { orderId status } ready { orderId } } }';
    interface Queue {
      kitchenQueue: { orderId: string; status: string }[] | null;
    }
    interface Board {
      orderBoard: { version: number; preparing: { orderId: string }[]; ready: { orderId: string }[] } | null;
    }
    const queueOf = async (who: Principal) => ((await ask(who, queue, { storeId })) as unknown as Queue).kitchenQueue;
    const boardOf = async (who: Principal) => ((await ask(who, board, { storeId })) as unknown as Board).orderBoard;

    const orderId = await confirmed(customer);
    expect((await boardOf(kiosk))!.preparing.map((each) => each.orderId)).toContain(orderId);
    await until(async () =>
      (await queueOf(kitchen))!.some((each) => each.orderId === orderId && each.status === 'CONFIRMED'),
    );
    await mutate(kitchen, 'startPreparation(orderId: $orderId)', orderId);
    await mutate(kitchen, 'markReady(orderId: $orderId)', orderId);
    const then = await boardOf(kitchen);
    expect(then!.ready.map((each) => each.orderId)).toContain(orderId);
    expect(then!.version).toBe(
      (
        await alone.domain.pool.query<{ version: number }>(`SELECT version FROM platform.head WHERE key = $1`, [
          `store:${storeId}`,
        ])
      ).rows[0]!.version,
    );
    await mutate(kitchen, 'handOver(orderId: $orderId)', orderId);
    await until(async () => !(await queueOf(kitchen))!.some((each) => each.orderId === orderId));
    await changeOrder(alone.domain, orderId, { kind: 'complete', by: 'saga' });
    expect((await boardOf(kiosk))!.ready.map((each) => each.orderId)).not.toContain(orderId);

    expect(await queueOf(kitchenElsewhere)).toBeNull();
    expect(await boardOf(kioskElsewhere)).toBeNull();
    expect(await ask(kioskElsewhere, board, { storeId: otherStoreId })).toMatchObject({
      orderBoard: { version: 0, preparing: [], ready: [] },
    });
    expect(await ask(kitchen, '{ __typename }')).toBeDefined();
  });
});

describe('the changes of a kitchen', () => {
  const document = `query ($storeId: ID!, $since: Int) { kitchenQueueChanges(storeId: $storeId, since: $since) {
    store { id } version reset changed { orderId status lines { name } } removed } }`;
  interface Changes {
    version: number;
    reset: boolean;
    changed: { orderId: string; status: string }[];
    removed: string[];
  }
  const changes = async (since: number | null, who = kitchen) =>
    ((await ask(who, document, { storeId, since })) as unknown as { kitchenQueueChanges: Changes | null })
      .kitchenQueueChanges;
  const feedVersion = async () =>
    (
      await alone.domain.pool.query<{ version: number }>('SELECT version FROM platform.head WHERE key = $1', [
        `store:${storeId}`,
      ])
    ).rows[0]!.version;
  const start = (orderId: string) => mutate(kitchen, 'startPreparation(orderId: $orderId)', orderId);

  it('start with all tickets, then have those that changed, and are never older than their version', async () => {
    const [first, second, third] = [await confirmed(customer), await confirmed(customer), await confirmed(customer)];
    const all = (await changes(null))!;
    expect(all).toMatchObject({ reset: true, version: await feedVersion(), removed: [] });
    expect(all.changed.map(({ orderId }) => orderId)).toEqual(expect.arrayContaining([first, second, third]));
    expect(await changes(all.version)).toMatchObject({ reset: false, version: all.version, changed: [], removed: [] });

    await start(first);
    await mutate(customer, 'cancelOrder(orderId: $orderId)', second);
    const next = (await changes(all.version))!;
    expect(next).toMatchObject({
      reset: false,
      version: await feedVersion(),
      changed: [{ orderId: first, status: 'PREPARING', lines: [{ name: 'Burger' }] }],
      removed: [second],
    });
    expect(await changes(next.version - 1)).toMatchObject({ changed: [], removed: [second] });
  });

  it('reset for a version that is too old or was never given out', async () => {
    const version = await feedVersion();
    expect(await changes(version + 1)).toMatchObject({ reset: true, version });
    expect(await changes(-1)).toMatchObject({ reset: true, version });
    expect(await changes(2 ** 31 - 1)).toMatchObject({ reset: true, version });
    // Moves the version on as if hundreds of orders had been cooked since.
    const far = (by: number) =>
      Promise.all([
        alone.domain.pool.query(`UPDATE platform.head SET version = version + $2 WHERE kind = 'feed' AND key = $1`, [
          `store:${storeId}`,
          by,
        ]),
        alone.domain.pool.query('UPDATE kitchen_queue SET feed_version = feed_version + $2 WHERE order_id = $1', [
          storeId,
          by,
        ]),
      ]);
    await far(600);
    expect(await changes(version)).toMatchObject({ reset: true, version: version + 600 });
    await far(-600);
    expect(await changes(version)).toMatchObject({ reset: false, version });
  });

  it('contain every change up to their version, in whatever order events are consumed', async () => {
    const held = new Map<string, string>();
    let since: number | null = null;
    const apply = async () => {
      const answer: Changes = (await changes(since))!;
      expect(answer.version).toBeGreaterThanOrEqual(since ?? 0);
      if (answer.reset) held.clear();
      for (const { orderId, status } of answer.changed) held.set(orderId, status);
      for (const orderId of answer.removed) held.delete(orderId);
      since = answer.version;
    };
    const twelve = Array.from({ length: 12 });
    await readWhileWriting(
      twelve,
      async (_, n) => {
        const orderId = await confirmed(customer);
        if (n % 2) await start(orderId);
        if (n % 3 === 0) await mutate(manager, 'cancelOrder(orderId: $orderId)', orderId);
      },
      apply,
    );
    await until(async () => (await changes(null))!.version === (await feedVersion()));
    await apply();
    expect(since).toBe(await feedVersion());
    expect([...held].sort()).toEqual(
      (await changes(null))!.changed.map(({ orderId, status }): [string, string] => [orderId, status]).sort(),
    );
  });

  it('are refused for other kitchens', async () => {
    expect(await changes(null, kitchenElsewhere)).toBeNull();
    expect(await changes(null, manager)).not.toBeNull();
    expect(await ask(kitchen, document, { storeId: 'no id' })).toEqual({ kitchenQueueChanges: null });
    for (const who of [customer, kiosk, courier])
      expect((await alone.subgraph.as(who)(document, { storeId })).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
  });
});

describe('a hand-over', () => {
  const document =
    'query ($storeId: ID!, $since: Int) { kitchenQueueChanges(storeId: $storeId, since: $since) { version reset changed { orderId } removed } }';
  const changes = async (since: number | null) =>
    (await ask(kitchen, document, { storeId, since }))['kitchenQueueChanges'] as {
      version: number;
      reset: boolean;
      changed: { orderId: string }[];
      removed: string[];
    };
  const board = async () => (await boardsOf(alone.domain, [storeId])).get(storeId)!;
  const numbers = async () => (await board()).entries.map(({ orderId }) => orderId);
  const feed = async () =>
    (
      await alone.domain.pool.query<{ type: string; version: number }>(
        'SELECT type, feed_version AS version FROM platform.event WHERE feed = $1 ORDER BY feed_version',
        [`store:${storeId}`],
      )
    ).rows;
  const readyOrder = async (over: Record<string, unknown> = {}, who = customer) => {
    const orderId = await confirmed(who, over);
    for (const step of ['startPreparation(orderId: $orderId)', 'markReady(orderId: $orderId)'])
      await mutate(kitchen, step, orderId);
    return orderId;
  };
  /** A hand-over event as it was stored before hand-overs belonged to a feed. */
  const handOverOfOld = (orderId: string) =>
    alone.domain.transaction(async (tx) => {
      const { version } = await tx.order.update({ where: { id: orderId }, data: { version: { increment: 1 } } });
      const [written] = await alone.domain.events.append(tx, version - 1, [
        {
          definition: { ...OrderHandedOver, feed: undefined },
          data: { orderId, storeId, at: new Date().toISOString() },
        },
      ]);
      expect(written!.metadata.feedVersion).toBeUndefined();
    });

  it.each([
    ['KIOSK', kiosk],
    ['TAKEAWAY', customer],
    ['DINE_IN', customer],
  ] as const)(
    'of %s takes the ticket and the number away before the payment is captured, under the next version of the feed',
    async (service, who) => {
      const orderId = await readyOrder({ service }, who);
      const before = await changes(null);
      expect(before.changed.map((ticket) => ticket.orderId)).toContain(orderId);
      expect(await numbers()).toContain(orderId);
      expect(await mutate(kitchen, 'handOver(orderId: $orderId)', orderId)).toEqual({ __typename: 'HandOverSuccess' });
      expect((await feed()).at(-1)).toEqual({ type: 'OrderHandedOver', version: before.version + 1 });
      expect(await changes(before.version)).toEqual({
        version: before.version + 1,
        reset: false,
        changed: [],
        removed: [orderId],
      });
      expect(await numbers()).not.toContain(orderId);
      expect((await board()).version).toBe(before.version + 1);
      // The end of the order that follows changes nothing any more.
      await changeOrder(alone.domain, orderId, { kind: 'complete', by: 'saga' });
      expect(await changes(before.version + 1)).toEqual({
        version: before.version + 2,
        reset: false,
        changed: [],
        removed: [orderId],
      });
      expect((await board()).version).toBe(before.version + 2);
    },
  );

  it('is refused for a delivery, which stays in the queue until its courier has it', async () => {
    const orderId = await readyOrder({ service: 'DELIVERY', addressVersionId });
    const { version } = await changes(null);
    expect(await mutate(kitchen, 'handOver(orderId: $orderId)', orderId)).toEqual({
      __typename: 'OrderStepRefused',
      status: 'READY',
    });
    expect(await changes(version)).toMatchObject({ version, changed: [], removed: [] });
    expect(await numbers()).toContain(orderId);
    await changeOrder(alone.domain, orderId, { kind: 'sendOut', by: 'saga' });
    expect(await changes(version)).toMatchObject({ version: version + 1, removed: [orderId] });
    expect(await numbers()).not.toContain(orderId);
  });

  it('that was recorded before hand-overs had a feed is projected, and leaves no gap in the feed', async () => {
    const [old, next] = [await readyOrder(), await readyOrder()];
    const { version } = await changes(null);
    await handOverOfOld(old);
    await until(async () => !(await numbers()).includes(old));
    await until(async () => !(await changes(null)).changed.some(({ orderId }) => orderId === old));
    expect([(await changes(null)).version, (await board()).version]).toEqual([version, version]);
    await mutate(kitchen, 'handOver(orderId: $orderId)', next);
    await changeOrder(alone.domain, old, { kind: 'complete', by: 'saga' });
    const after = await changes(version);
    expect({ ...after, removed: [...after.removed].sort() }).toEqual({
      version: version + 2,
      reset: false,
      changed: [],
      removed: [old, next].sort(),
    });
    expect((await board()).version).toBe(version + 2);
    const versions = (await feed()).map((event) => event.version);
    expect(versions).toEqual(versions.map((_, index) => index + 1));
  });
});

it('has the same content in its read models after a rebuild', async () => {
  const contents = async () =>
    Promise.all(
      ['kitchen_queue', 'order_board'].map(
        async (table) =>
          (
            await alone.domain.pool.query<{ row: unknown }>(
              `SELECT to_jsonb(t) AS row FROM ${table} t ORDER BY order_id, store_id`,
            )
          ).rows,
      ),
    );
  const [
    {
      rows: [head],
    },
    caughtUp,
  ] = [
    await alone.domain.pool.query<{ version: number }>('SELECT version FROM platform.head WHERE key = $1', [
      `store:${storeId}`,
    ]),
    async () => (await boardsOf(alone.domain, [storeId])).get(storeId)!.version,
  ];
  await until(async () => (await caughtUp()) === head!.version);
  await until(async () => {
    const {
      rows: [behind],
    } = await alone.domain.pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM platform.head h WHERE h.kind = 'stream' AND NOT EXISTS (
         SELECT FROM platform.projected p WHERE p.read_model = 'kitchenQueue' AND p.stream = h.key AND p.version = h.version)`,
    );
    return behind!.n === 0;
  });
  const live = await contents();
  expect(
    await ask(kitchen, 'query ($storeId: ID!) { kitchenQueueChanges(storeId: $storeId) { version } }', { storeId }),
  ).toEqual({ kitchenQueueChanges: { version: head!.version } });
  expect(live.every((rows) => rows.length > 0)).toBe(true);
  await alone.domain.pool.query(`DELETE FROM kitchen_queue; UPDATE order_board SET status = 'BROKEN'`);
  for (const model of [kitchenQueue, orderBoard]) await rebuildReadModel(alone.domain, model);
  expect(await contents()).toEqual(live);
});

it('adds head rows to a kitchen queue that was filled before versions were counted', async () => {
  const heads = async () =>
    (await alone.domain.pool.query<object>('SELECT * FROM kitchen_queue WHERE order_id = store_id ORDER BY store_id'))
      .rows;
  const before = await heads();
  expect(before.length).toBeGreaterThan(0);
  await alone.domain.pool.query('DELETE FROM kitchen_queue WHERE order_id = store_id');
  const migration = readFileSync(
    new URL('../prisma/migrations/20260315000000_kitchen_queue_head/migration.sql', import.meta.url),
    'utf8',
  );
  await alone.domain.pool.query(migration.slice(migration.indexOf('WITH event')));
  expect(await heads()).toEqual(before);
  // As if the projection had not reached one event among the others.
  await alone.domain.pool.query('DELETE FROM kitchen_queue WHERE order_id = store_id');
  const {
    rows: [late],
  } = await alone.domain.pool.query<{ stream: string; feed_version: number }>(
    `UPDATE platform.projected p SET version = e.version - 1 FROM platform.event e
     WHERE e.feed = $1 AND e.feed_version = 5 AND p.read_model = 'kitchenQueue' AND p.stream = e.stream RETURNING p.stream, e.feed_version`,
    [`store:${storeId}`],
  );
  await alone.domain.pool.query(migration.slice(migration.indexOf('WITH event')));
  expect(late).toMatchObject({ feed_version: 5 });
  expect((await heads()).find((head) => (head as { store_id: string }).store_id === storeId)).toMatchObject({
    feed_version: 4,
  });
});
