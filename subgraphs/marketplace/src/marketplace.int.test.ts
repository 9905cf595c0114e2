import { describe, expect, it } from 'vitest';
import { nobody } from '#platform/testkit/testSubgraph.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { away } from '#platform/testkit/bank.ts';
import { acceptOrder, fulfilOrder } from './commands/changeOrder.ts';
import { refundOrder } from './commands/refundOrder.ts';
import { changeVendor } from './commands/setVendor.ts';
import { settleOnce } from './settle.ts';
import {
  admin,
  bakery,
  brownie,
  cheesecake,
  customer,
  marketplaceAlone,
  storeId,
  vendor,
} from './testing/marketplaceAlone.ts';

const world = marketplaceAlone();
const baker = vendor(bakery);
const day = 86_400;

/** A fulfilled order of 1,300, of which 1,033 are the vendor's. */
async function fulfilled(n: number): Promise<string> {
  const id = await world.offered(customer(n));
  await acceptOrder(world.domain, baker, id);
  await expect.poll(() => world.told(id), { timeout: 20_000 }).toContain('SPLIT');
  await fulfilOrder(world.domain, baker, id);
  return id;
}
const refund = (orderId: string, amount?: number, idempotencyKey = world.nextKey()) =>
  refundOrder(world.domain, admin, { idempotencyKey, orderId, amount });
const payouts = () => world.domain.db.payout.findMany({ where: { vendorId: bakery }, orderBy: { createdAt: 'asc' } });

describe('an order', () => {
  it('is placed once for a key, and not for another total', async () => {
    const input = { idempotencyKey: 'once' };
    const first = await world.place(customer(1), input);
    expect(await world.place(customer(1), input)).toEqual(first);
    await expect(world.place(customer(1), { ...input, agreedTotal: 1 })).rejects.toThrow('used before');
    expect(await world.place(customer(1), { agreedTotal: 1_299 })).toEqual({
      kind: 'totalDiffers',
      amount: 1_300,
      currency: 'EUR',
      exponent: 2,
    });
  });

  it.each([
    ['no vendor', { vendorId: seedId('vendor', 99) }, { kind: 'notOpen' }],
    ['no id of a vendor', { vendorId: 'bakery' }, { kind: 'notOpen' }],
    ['a store beside which it does not sell', { storeId: seedId('store', 2) }, { kind: 'notOpen' }],
    ['no lines', { lines: [] }, { kind: 'invalid', field: 'lines' }],
    ['none of an item', { lines: [{ itemId: brownie, quantity: 0 }] }, { kind: 'invalid', field: 'lines' }],
    ['a hundred of an item', { lines: [{ itemId: brownie, quantity: 100 }] }, { kind: 'invalid', field: 'lines' }],
    ['no token', { methodToken: '' }, { kind: 'invalid', field: 'methodToken' }],
    ['another order that is no id', { besideOrderId: '1' }, { kind: 'invalid', field: 'besideOrderId' }],
    ['an unknown item', { lines: [{ itemId: 'pie', quantity: 1 }] }, { kind: 'unavailable', itemId: 'pie' }],
  ])('is not placed with %s', async (_what, over, outcome) => {
    expect(await world.place(customer(2), over)).toMatchObject(outcome);
  });

  it('is not placed while the vendor has five of the customer to answer', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => world.place(customer(3))));
    expect(outcomes.filter(({ kind }) => kind === 'placed')).toHaveLength(5);
    expect(outcomes.find(({ kind }) => kind !== 'placed')).toMatchObject({ kind: 'invalid', field: 'vendorId' });
  });

  it('is seen by its customer and its vendor, and by nobody else', async () => {
    const id = await world.offered(customer(4));
    const query = 'query ($id: ID!) { marketplaceOrder(id: $id) { status vendorShare { amount } } }';
    const seenBy = async (principal: Parameters<typeof world.graph.as>[0]) =>
      (await world.graph.as(principal)(query, { id })).data?.['marketplaceOrder'];
    expect(await seenBy(baker)).toEqual({ status: 'OFFERED', vendorShare: { amount: 1_033 } });
    expect(await seenBy(vendor(seedId('vendor', 2)))).toBeNull();
    const { data } = await world.graph.as(customer(4))('query ($id: ID!) { marketplaceOrder(id: $id) { status } }', {
      id,
    });
    expect(data).toEqual({ marketplaceOrder: { status: 'OFFERED' } });
    expect(await acceptOrder(world.domain, vendor(seedId('vendor', 2)), id)).toEqual({ kind: 'notFound' });
    expect(await acceptOrder(world.domain, customer(4), id)).toEqual({ kind: 'notFound' });
  });
});

describe('the money of a vendor', () => {
  it('is paid once a day, by one payout however many settle at once', async () => {
    await fulfilled(5);
    await fulfilled(5);
    const owed = await world.owed(bakery);
    expect(owed).toBe(2_066);
    await Promise.all([world.settle(), world.settle(), world.settle()]);
    const [payout] = await payouts();
    expect(payout).toMatchObject({ amount: 2_066, status: 'PAID', account: 'acct_corner_bakery' });
    expect(world.bank.of(payout!.id)).toEqual(['paidOut 2066']);
    expect(await world.owed(bakery)).toBe(0);
    await fulfilled(5);
    await world.settle();
    expect(await payouts()).toHaveLength(1);
    world.wait(day + 1);
    await world.settle();
    expect((await payouts()).map(({ amount }) => amount)).toEqual([2_066, 1_033]);
  });

  it('is carried below zero by refunds, to the minor unit, and made up for by what is earned next', async () => {
    const id = await fulfilled(6);
    world.wait(day + 1);
    await world.settle();
    expect(await world.owed(bakery)).toBe(0);
    expect(await refund(id, 1_301)).toEqual({ kind: 'tooMuch', left: 1_300 });
    expect(await refund(id, 0)).toEqual({ kind: 'tooMuch', left: 1_300 });
    expect(await refund(id, 1, 'a cent')).toMatchObject({ kind: 'done' });
    expect(await refund(id, 1, 'a cent')).toMatchObject({ kind: 'done' });
    expect(await refund(id, 650)).toMatchObject({ kind: 'done' });
    expect(await refund(id)).toMatchObject({ kind: 'done' });
    expect(await refund(id)).toEqual({ kind: 'tooMuch', left: 0 });
    await world.settle();
    const back = world.bank.of(id).filter((entry) => entry.startsWith('refunded'));
    expect(back).toEqual(['refunded 1', 'refunded 650', 'refunded 649']);
    expect(await world.owed(bakery)).toBe(-1_033);
    const before = (await payouts()).length;
    world.wait(day + 1);
    await fulfilled(7);
    await world.settle();
    expect(await world.owed(bakery)).toBe(0);
    expect(await payouts()).toHaveLength(before);
  });

  it('is taken back for no more than the order when refunds of parts meet, and by parts that sum to them', async () => {
    const id = await fulfilled(15);
    const before = await world.owed(bakery);
    const outcomes = await Promise.all([700, 333, 700, 1, 266, 700].map((amount) => refund(id, amount)));
    const paid = [700, 333, 700, 1, 266, 700].filter((_amount, n) => outcomes[n]!.kind === 'done');
    const sum = paid.reduce((total, amount) => total + amount, 0);
    expect(sum).toBeLessThanOrEqual(1_300);
    if (sum < 1_300) expect(await refund(id)).toMatchObject({ kind: 'done' });
    await world.settle();
    const back = world.bank.of(id).filter((entry) => entry.startsWith('refunded'));
    expect(back.reduce((total, entry) => total + Number(entry.split(' ')[1]), 0)).toBe(1_300);
    expect(await world.owed(bakery)).toBe(before - 1_033);
  });

  it('is paid once, also when the answer is lost, and owed again when the provider refuses', async () => {
    await fulfilled(8);
    world.wait(day + 1);
    let lost = false;
    world.bank.lose = (what) => {
      if (what !== 'paidOut' || lost) return;
      lost = true;
      away();
    };
    await settleOnce(world.domain);
    expect((await payouts()).at(-1)).toMatchObject({ status: 'REQUESTED' });
    world.bank.lose = undefined;
    await world.settle();
    const payout = (await payouts()).at(-1)!;
    expect(payout).toMatchObject({ status: 'PAID' });
    expect(world.bank.of(payout.id)).toEqual(['paidOut 1033']);

    await changeVendor(world.domain, { id: bakery, expectedVersion: 1, payoutAccount: 'acct_closed' });
    await fulfilled(9);
    world.wait(day + 1);
    await world.settle();
    expect((await payouts()).at(-1)).toMatchObject({ status: 'REFUSED', reason: 'account_closed' });
    expect(await world.owed(bakery)).toBe(1_033);
  });

  it('is moved, however much else the provider refuses for ever', async () => {
    const [stuck, id] = [await fulfilled(40), await fulfilled(41)];
    const createdAt = new Date('2026-01-01T00:00:00Z');
    await world.domain.db.refund.createMany({
      data: Array.from({ length: 200 }, () => ({
        id: world.domain.newId(),
        orderId: stuck,
        amount: 1_000_000,
        createdAt,
      })),
    });
    world.bank.interrupt = (_what, orderId) => void (orderId === stuck && away());
    await refund(id, 100);
    await settleOnce(world.domain);
    await settleOnce(world.domain);
    world.bank.interrupt = undefined;
    expect(world.bank.of(id).filter((entry) => entry.startsWith('refunded'))).toEqual(['refunded 100']);
    await world.domain.db.refund.deleteMany({ where: { orderId: stuck } });
  });

  it('goes back as far as it is left, where somebody has paid a part back beside the marketplace', async () => {
    const id = await fulfilled(42);
    world.bank.entries.push({ chargeId: id, what: 'refunded', amount: 1_000 });
    await refund(id, 700);
    await world.settle();
    expect(world.bank.of(id).filter((entry) => entry.startsWith('refunded'))).toEqual([
      'refunded 1000',
      'refunded 300',
    ]);
    expect(await world.domain.db.refund.count({ where: { orderId: id, settledAt: null } })).toBe(0);
    await refund(id, 600);
    await world.settle();
    expect(await world.domain.db.refund.count({ where: { orderId: id, settledAt: null } })).toBe(0);
  });

  it('is not paid for an order that is not fulfilled, which is not refunded in part either', async () => {
    const before = await world.owed(bakery);
    const id = await world.offered(customer(10));
    await acceptOrder(world.domain, baker, id);
    await expect.poll(() => world.told(id), { timeout: 20_000 }).toContain('SPLIT');
    expect(await world.owed(bakery)).toBe(before);
    expect(await refund(id, 1)).toEqual({ kind: 'notFulfilled', orderId: id });
  });
});

describe('vendors', () => {
  const run = (principal: Parameters<typeof world.graph.as>[0], query: string, variables = {}) =>
    world.graph.as(principal)(query, variables);
  const open =
    'mutation ($input: OpenVendorInput!) { openVendor(input: $input) { __typename ... on VendorSuccess { vendor { id open } version } ... on MarketplaceInputProblem { field } } }';
  const hours = [{ weekday: 1, opens: '00:00', closes: '24:00' }];
  const input = {
    idempotencyKey: 'florist',
    name: 'Florist',
    payoutAccount: 'acct_florist',
    feeBasisPoints: 1_000,
    openingHours: hours,
    storeIds: [storeId],
  };

  it('are taken in once for a key, by those who manage the marketplace', async () => {
    const [first, second] = [await run(admin, open, { input }), await run(admin, open, { input })];
    expect(first.data).toMatchObject({ openVendor: { __typename: 'VendorSuccess', version: 1 } });
    expect(second.data).toEqual(first.data);
    expect((await run(baker, open, { input })).errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  });

  it.each([
    ['name', { name: ' ' }],
    ['payoutAccount', { payoutAccount: 'DE02' }],
    ['feeBasisPoints', { feeBasisPoints: 10_001 }],
    ['answerMinutes', { answerMinutes: 0 }],
    ['openingHours', { openingHours: [{ weekday: 8, opens: '00:00', closes: '24:00' }] }],
    ['openingHours', { openingHours: [{ weekday: 1, opens: '10:00', closes: '09:00' }] }],
    ['storeIds', { storeIds: [] }],
    ['storeIds', { storeIds: [seedId('store', 99)] }],
  ])('are not taken in with a wrong %s', async (field, over) => {
    const { data } = await run(admin, open, { input: { ...input, ...over, idempotencyKey: world.nextKey() } });
    expect(data).toEqual({ openVendor: { __typename: 'MarketplaceInputProblem', field } });
  });

  it('are listed beside a restaurant while they take orders, with what they sell', async () => {
    const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Store {
      vendors { name open items(first: 2) { edges { node { id price { amount } } } pageInfo { hasNextPage } } } } } }`;
    const variables = { representations: [{ __typename: 'Store', id: storeId }] };
    const { data } = await run(nobody, query, variables);
    expect(data).toMatchObject({
      _entities: [
        {
          vendors: expect.arrayContaining([
            {
              name: 'Corner bakery',
              open: true,
              items: {
                edges: [
                  { node: { id: cheesecake, price: { amount: 490 } } },
                  { node: { id: brownie, price: { amount: 320 } } },
                ],
                pageInfo: { hasNextPage: true },
              },
            },
          ]) as unknown,
        },
      ],
    });
    const { version } = await world.domain.db.vendor.findUniqueOrThrow({ where: { id: bakery } });
    await changeVendor(world.domain, { id: bakery, expectedVersion: version, open: false });
    const closed = (await run(nobody, query, variables)).data as { _entities: [{ vendors: { name: string }[] }] };
    expect(closed._entities[0].vendors.map(({ name }) => name)).not.toContain('Corner bakery');
    expect(await world.place(customer(11))).toEqual({ kind: 'notOpen' });
    await changeVendor(world.domain, { id: bakery, expectedVersion: version + 1, open: true });
    expect(await changeVendor(world.domain, { id: bakery, expectedVersion: version, open: false })).toEqual({
      kind: 'stale',
      vendorId: bakery,
    });
  });

  it('keep their own catalogue, and nobody else’s', async () => {
    const set =
      'mutation ($input: SetVendorItemInput!) { setVendorItem(input: $input) { __typename ... on SetVendorItemSuccess { item { name available } } ... on MarketplaceInputProblem { field } } }';
    const item = {
      vendorId: bakery,
      itemId: seedId('vendorItem', 'tart'),
      name: { en: 'Tart' },
      price: 450,
      taxBasisPoints: 700,
    };
    const saved = async (principal: Parameters<typeof world.graph.as>[0], over = {}) =>
      (await run(principal, set, { input: { ...item, ...over } })).data?.['setVendorItem'];
    expect(await saved(baker)).toEqual({ __typename: 'SetVendorItemSuccess', item: { name: 'Tart', available: true } });
    expect(await saved(baker, { available: false })).toMatchObject({ item: { available: false } });
    expect(await saved(vendor(seedId('vendor', 2)))).toEqual({ __typename: 'VendorNotFound' });
    expect(await saved(baker, { price: 0 })).toEqual({ __typename: 'MarketplaceInputProblem', field: 'price' });
    expect(await saved(baker, { itemId: 'tart' })).toEqual({ __typename: 'MarketplaceInputProblem', field: 'itemId' });
  });
});
