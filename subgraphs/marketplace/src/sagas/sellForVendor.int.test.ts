import { describe, expect, it } from 'vitest';
import { pause } from '#platform/events/pause.ts';
import { away } from '#platform/testkit/bank.ts';
import { acceptOrder, cancelOrder, declineOrder, fulfilOrder } from '../commands/changeOrder.ts';
import { bakery, brownie, customer, marketplaceAlone, vendor } from '../testing/marketplaceAlone.ts';

const world = marketplaceAlone();
const baker = vendor(bakery);
const accept = (id: string) => acceptOrder(world.domain, baker, id);
const fulfil = (id: string) => fulfilOrder(world.domain, baker, id);

describe('the saga of an order from a vendor', () => {
  it('takes the money when the vendor accepts, splits it, and owes the share once it is fulfilled', async () => {
    const before = await world.owed(bakery);
    const id = await world.offered(customer(1));
    expect(world.bank.of(id)).toEqual(['authorised 1300']);
    expect(await accept(id)).toMatchObject({ kind: 'done' });
    await world.settled(id, 'authorised 1300', 'captured 1300');
    await expect.poll(() => world.told(id), { timeout: 20_000 }).toContain('SPLIT');
    // 7 % of 980 and 320 are 64 and 21; 15 % of the 1,215 that are left are 182.
    expect(await world.orderOf(id)).toMatchObject({ tax: 85, fee: 182, vendorShare: 1_033 });
    expect(await fulfil(id)).toMatchObject({ kind: 'done' });
    await world.reached(id, 'FULFILLED');
    await expect.poll(() => world.owed(bakery), { timeout: 20_000 }).toBe(before + 1_033);
    await expect.poll(async () => (await world.orderOf(id)).methodToken, { timeout: 20_000 }).toBeNull();
    const told = await world.told(id);
    expect(told.filter((each) => each !== 'SPLIT')).toEqual([
      'MarketplaceOrderPlaced',
      'OFFERED',
      'ACCEPTED',
      'FULFILLED',
    ]);
    expect(told.filter((each) => each === 'SPLIT')).toHaveLength(1);
  });

  it('tells the customer once that the bank has declined, and the vendor nothing', async () => {
    const id = await world.ordered(customer(2), { methodToken: 'tok_declined' });
    await world.reached(id, 'CANCELLED');
    expect(await world.orderOf(id)).toMatchObject({ reason: 'PAYMENT_DECLINED' });
    expect(await world.told(id)).toEqual(['MarketplaceOrderPlaced', 'CANCELLED']);
  });

  it('gives the money back once, and tells it once, when the vendor is silent', async () => {
    await world.domain.db.vendor.update({ where: { id: bakery }, data: { answerMinutes: 1 } });
    // The clock of the domain is behind by all but 1.5 s of the minute, so that the wait of the saga is that long.
    world.wait(-58.5);
    const id = await world.offered(customer(3));
    await world.reached(id, 'CANCELLED');
    world.wait(58.5);
    await world.domain.db.vendor.update({ where: { id: bakery }, data: { answerMinutes: 10 } });
    expect(await world.orderOf(id)).toMatchObject({ reason: 'VENDOR_SILENT' });
    await world.settled(id, 'authorised 1300', 'voided 1300');
    expect(await world.told(id)).toEqual(['MarketplaceOrderPlaced', 'OFFERED', 'CANCELLED']);
    expect(await accept(id)).toMatchObject({ kind: 'notAllowed' });
  });

  it('is either accepted or given back when the answer and the end of the wait meet', async () => {
    await world.domain.db.vendor.update({ where: { id: bakery }, data: { answerMinutes: 1 } });
    // The wait of the saga is 8 s long.
    world.wait(-52);
    const ids = await Promise.all([11, 12, 13, 14].map((n) => world.offered(customer(n))));
    world.wait(52);
    await world.domain.db.vendor.update({ where: { id: bakery }, data: { answerMinutes: 10 } });
    await Promise.all(
      ids.map(async (id, n) => {
        const { answerBy } = await world.orderOf(id);
        await pause(answerBy!.getTime() - Date.now() - 20 * n);
        // Two of the vendor's people, at the last moment.
        const [one, other] = await Promise.all([accept(id), accept(id)]);
        expect(one.kind).toBe(other.kind);
        const isAccepted = one.kind === 'done';
        await world.settled(id, 'authorised 1300', isAccepted ? 'captured 1300' : 'voided 1300');
        const ends = (await world.told(id)).filter((each) => ['ACCEPTED', 'CANCELLED'].includes(each));
        expect(ends).toEqual([isAccepted ? 'ACCEPTED' : 'CANCELLED']);
      }),
    );
  });

  it('gives back what is held when the vendor declines, or the customer calls it off before', async () => {
    const declined = await world.offered(customer(4));
    expect(await declineOrder(world.domain, baker, declined)).toMatchObject({ kind: 'done' });
    await world.settled(declined, 'authorised 1300', 'voided 1300');
    const cancelled = await world.offered(customer(4));
    expect(await cancelOrder(world.domain, customer(5), cancelled)).toEqual({ kind: 'notFound' });
    expect(await cancelOrder(world.domain, customer(4), cancelled)).toMatchObject({ kind: 'done' });
    await world.settled(cancelled, 'authorised 1300', 'voided 1300');
    expect(await world.orderOf(cancelled)).toMatchObject({ reason: 'CANCELLED_BY_CUSTOMER' });
  });

  it('refunds and takes the share back when the vendor cannot fulfil what it has accepted', async () => {
    const before = await world.owed(bakery);
    const id = await world.offered(customer(6));
    await accept(id);
    await expect.poll(() => world.told(id), { timeout: 20_000 }).toContain('SPLIT');
    expect(await cancelOrder(world.domain, customer(6), id)).toMatchObject({ kind: 'notAllowed' });
    await declineOrder(world.domain, baker, id);
    await world.settled(id, 'authorised 1300', 'captured 1300', 'refunded 1300');
    await expect.poll(() => world.told(id), { timeout: 20_000 }).toContain('REFUNDED');
    const amounts = (await world.entriesOf(id)).map(({ kind, amount }) => `${kind} ${amount}`);
    expect(amounts).toEqual(['SHARE 1033', 'TAKEN_BACK -1033']);
    expect(await world.owed(bakery)).toBe(before);
  });

  it('is not fulfilled before the money is taken, since the bank may still refuse it', async () => {
    const id = await world.offered(customer(9));
    world.bank.interrupt = away;
    await accept(id);
    expect(await fulfil(id)).toMatchObject({ kind: 'notAllowed', order: { status: 'ACCEPTED' } });
    world.bank.interrupt = undefined;
    await expect.poll(() => world.told(id), { timeout: 30_000 }).toContain('SPLIT');
    expect(await fulfil(id)).toMatchObject({ kind: 'done' });
  });

  it('ends an order whose money cannot be taken, and gives back what is held', async () => {
    const id = await world.offered(customer(7), { methodToken: 'tok_capture_refused' });
    await accept(id);
    await world.reached(id, 'CANCELLED');
    expect(await world.orderOf(id)).toMatchObject({ reason: 'CAPTURE_REFUSED' });
    await world.settled(id, 'authorised 1300', 'voided 1300');
  });

  it('moves the money once, also when every answer of the bank is lost', async () => {
    const lost = new Set<string>();
    world.bank.lose = (what, orderId) => {
      if (lost.has(what + orderId)) return;
      lost.add(what + orderId);
      away();
    };
    const id = await world.offered(customer(8), { lines: [{ itemId: brownie, quantity: 1 }], agreedTotal: 320 });
    await accept(id);
    await world.settled(id, 'authorised 320', 'captured 320');
    world.bank.lose = undefined;
    expect([...lost]).toEqual([`authorised${id}`, `captured${id}`]);
    await fulfil(id);
  });
});
