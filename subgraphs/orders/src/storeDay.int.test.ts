import { describe, expect, it } from 'vitest';
import type { Principal } from '#platform/identity/principal.ts';
import { changeOrder } from './commands/changeOrder.ts';
import { ordersAlone } from './testing/ordersAlone.ts';
import { addressVersionId, storeId } from './testing/otherDomains.ts';
import { customer, kitchen, manager, managerElsewhere } from './testing/principals.ts';

const alone = ordersAlone();
const { confirmed, ask, mutate } = alone;

describe('the day of a store', () => {
  const day = `query ($storeId: ID!, $date: String!) { storeDay(storeId: $storeId, date: $date) {
    version counts { status orders } sales { amount currency } underWay { id dueAt } } }`;
  const list = `query ($storeId: ID!, $number: Int, $date: String, $statuses: [OrderStatus!]) {
    _entities(representations: [{ __typename: "Store", id: $storeId }]) { ... on Store {
      orders(number: $number, date: $date, statuses: $statuses, first: 100) { edges { node { id number } } } } } }`;
  interface Day {
    version: number;
    counts: { status: string; orders: number }[];
    sales: { amount: number; currency: string } | null;
    underWay: { id: string; dueAt: string | null }[];
  }
  const today = async (who: Principal, date: string) =>
    ((await ask(who, day, { storeId, date })) as unknown as { storeDay: Day | null }).storeDay;
  const found = async (who: Principal, filter: object) => {
    const { _entities } = (await ask(who, list, { storeId, ...filter })) as unknown as {
      _entities: [{ orders: { edges: { node: { id: string; number: number } }[] } | null }];
    };
    return _entities[0].orders?.edges.map(({ node }) => node.id);
  };
  const rowOf = (id: string) => alone.domain.db.order.findUniqueOrThrow({ where: { id } });

  it('counts its orders, sums what was sold, and tells what is under way and by when it is due', async () => {
    const orderId = await confirmed(customer);
    const row = await rowOf(orderId);
    const before = (await today(manager, row.localDate))!;
    const of = ({ counts }: Day, status: string) => counts.find((each) => each.status === status)?.orders ?? 0;
    expect(before.underWay.find(({ id }) => id === orderId)!.dueAt).toBe(
      new Date(row.placedAt.getTime() + 600_000).toISOString(),
    );
    for (const step of ['startPreparation', 'markReady', 'handOver'])
      await mutate(kitchen, `${step}(orderId: $orderId)`, orderId);
    expect((await today(manager, row.localDate))!.underWay.find(({ id }) => id === orderId)!.dueAt).toBeNull();
    await changeOrder(alone.domain, orderId, { kind: 'complete', by: 'saga' });
    const after = (await today(manager, row.localDate))!;
    expect(of(after, 'COMPLETED')).toBe(of(before, 'COMPLETED') + 1);
    expect(of(after, 'CONFIRMED')).toBe(of(before, 'CONFIRMED') - 1);
    expect(after.sales).toEqual({ amount: (before.sales?.amount ?? 0) + row.total, currency: row.currency });
    expect(after.underWay.map(({ id }) => id)).not.toContain(orderId);
    expect(after.version).toBe(before.version + 4);
    expect(await today(manager, '2001-01-01')).toMatchObject({ counts: [], sales: null });
  });

  it('finds orders by number, day and status, for those who manage the store alone', async () => {
    const [orderId, delivery] = [
      await confirmed(customer),
      await confirmed(customer, { service: 'DELIVERY', addressVersionId }),
    ];
    const { number, localDate } = await rowOf(orderId);
    expect((await found(manager, {}))!.slice(0, 2)).toEqual([delivery, orderId]);
    expect(await found(manager, { number, date: localDate })).toEqual([orderId]);
    expect(await found(manager, { number, date: localDate, statuses: ['CANCELLED'] })).toEqual([]);
    expect(await found(manager, { number, date: '2001-01-01' })).toEqual([]);
    expect(await found(managerElsewhere, {})).toBeUndefined();
    expect(await today(managerElsewhere, localDate)).toBeNull();
    for (const [query, variables] of [
      [day, { storeId, date: localDate }],
      [list, { storeId }],
    ] as const)
      expect((await alone.subgraph.as(kitchen)(query, variables)).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
    expect((await alone.subgraph.as(manager)(day, { storeId, date: 'today' })).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });
});
