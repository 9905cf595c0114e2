import { describe, expect, it } from 'vitest';
import { readPartners } from './carriers.ts';
import { byCourier, type OpenDelivery } from './couriers.ts';
import { hoursText, readHours } from './hours.ts';
import { dayIn } from './instants.ts';
import { KeptKeys } from './keptKeys.ts';
import { amountText, money, readAmount } from './money.ts';
import { leftOf, mayCancel, mayRefund, type OrderDetails } from './orders.ts';
import { linesOf } from './recipes.ts';
import { difference } from './stock.ts';
import { readPercent, readTiers, tierFields } from './storeTerms.ts';
import { applyAlerts, byNeed, lateOrders, type LowStock, type OpenOrder } from './today.ts';

describe('today', () => {
  const order = (number: number, dueAt: string | null): OpenOrder => ({
    id: String(number),
    number,
    status: 'PREPARING',
    service: 'KIOSK',
    placedAt: '2026-03-01T12:00:00.000Z',
    dueAt,
  });
  const low = (id: string, onHand: number): LowStock => ({
    id,
    onHand,
    reorderLevel: 10,
    ingredient: { id, name: id, unit: 'PIECE' },
  });

  it('is the day of the store, not of the screen', () => {
    const at = new Date('2026-03-01T23:30:00.000Z');
    expect(dayIn('Europe/Berlin', at)).toBe('2026-03-02');
    expect(dayIn('America/New_York', at)).toBe('2026-03-01');
  });

  it('has those late that are behind the time at which they were due, the latest first', () => {
    const orders = [
      order(1, '2026-03-01T12:10:00.000Z'),
      order(2, null),
      order(3, '2026-03-01T12:05:00.000Z'),
      order(4, '2026-03-01T12:20:00.000Z'),
    ];
    expect(lateOrders(orders, new Date('2026-03-01T12:15:00.000Z')).map(({ number }) => number)).toEqual([3, 1]);
  });

  it('keeps what runs out, that of which nothing is left first', () => {
    const all = applyAlerts(new Map(), {
      version: 1,
      reset: true,
      changed: [low('bun', 3), low('oil', 0)],
      removed: [],
    });
    const next = applyAlerts(all, { version: 2, reset: false, changed: [low('ale', 5)], removed: ['x'] });
    expect(byNeed(next.values()).map(({ id }) => id)).toEqual(['oil', 'ale', 'bun']);
    expect(applyAlerts(next, { version: 3, reset: false, changed: [], removed: ['oil', 'ale', 'bun'] }).size).toBe(0);
  });
});

describe('amounts', () => {
  it('are read as they are written, and shown in the language', () => {
    expect(readAmount('5.90', 2)).toBe(590);
    expect(readAmount(' 5,9 ', 2)).toBe(590);
    expect(readAmount('500', 0)).toBe(500);
    expect(readAmount(amountText(1_999, 2), 2)).toBe(1_999);
    for (const text of ['', '-1', '5.901', 'five', '1e3', '5.']) expect(readAmount(text, 2)).toBeUndefined();
    expect(readAmount('5.9', 0)).toBeUndefined();
    expect(money({ amount: 590, currency: 'EUR', exponent: 2 }, 'en-GB')).toBe('€5.90');
    expect(money({ amount: 500, currency: 'JPY', exponent: 0 }, 'en-GB')).toBe('JP¥500');
  });
});

describe('hours', () => {
  it('are read as they are written', () => {
    const week = [
      { opens: '11:00', closes: '22:00' },
      { opens: '23:00', closes: '02:00' },
    ];
    expect(readHours(hoursText(week))).toEqual(week);
    expect(readHours('9:30-14:00')).toEqual([{ opens: '09:30', closes: '14:00' }]);
    expect(readHours('  ')).toEqual([]);
    for (const text of ['closed', '11:00', '11:00 – 25:00', '11 – 22']) expect(readHours(text)).toBeUndefined();
  });
});

describe('stock', () => {
  it('is corrected to what stands on the shelf, what is set aside for orders included, or by what is gone', () => {
    const item = { onHand: 10, reserved: 4 };
    expect(difference(item, 'COUNTED', 12)).toBe(-2);
    expect(difference(item, 'COUNTED', 14)).toBe(0);
    expect(difference(item, 'WASTED', 3)).toBe(-3);
  });
});

describe('orders', () => {
  const order = (over: object) =>
    ({ status: 'READY', timeline: [], payment: null, ...over }) as unknown as OrderDetails;
  const who = (...scopes: string[]) => ({ may: (scope: string) => scopes.includes(scope) });

  it('offer what the role may do while it makes sense', () => {
    expect(mayCancel(order({}), who('orders:cancel'))).toBe(true);
    expect(mayCancel(order({}), who())).toBe(false);
    expect(mayCancel(order({ timeline: [{ kind: 'HANDED_OVER' }] }), who('orders:cancel'))).toBe(false);
    expect(mayCancel(order({ status: 'COMPLETED' }), who('orders:cancel'))).toBe(false);
    const paid = order({ payment: { status: 'CAPTURED' } });
    expect([mayRefund(paid, who('payments:manage')), mayRefund(paid, who())]).toEqual([true, false]);
    expect(mayRefund(order({ payment: { status: 'REFUNDED' } }), who('payments:manage'))).toBe(false);
  });

  it('have left to be paid back what was taken and not paid back yet', () => {
    const euros = (amount: number) => ({ amount, currency: 'EUR', exponent: 2 });
    const { payment } = order({ payment: { captured: euros(1_299), refunded: euros(300) } });
    expect(leftOf(payment!)).toEqual(euros(999));
  });
});

describe('couriers', () => {
  it('have their jobs; what nobody has taken stands first', () => {
    const job = (id: string, courier: string | null) =>
      ({ id, courier: courier === null ? null : { id: courier, displayName: courier } }) as OpenDelivery;
    expect(
      byCourier([job('1', 'Noa'), job('2', null), job('3', 'Ada'), job('4', 'Noa')]).map(({ name, jobs }) => [
        name,
        jobs.map(({ id }) => id),
      ]),
    ).toEqual([
      [undefined, ['2']],
      ['Ada', ['3']],
      ['Noa', ['1', '4']],
    ]);
  });
});

describe('the key of a change', () => {
  it('stays the same until the change is answered', () => {
    let made = 0;
    const keys = new KeptKeys(() => String((made += 1)));
    expect([keys.keyOf('a'), keys.keyOf('a'), keys.keyOf('b')]).toEqual(['1', '1', '2']);
    keys.answered('a');
    expect(keys.keyOf('a')).toBe('3');
  });
});

describe('a recipe', () => {
  const ingredients = [{ id: 'bun' }, { id: 'cheese' }, { id: 'salt' }];

  it('has what a form gives an amount to, and one more ingredient', () => {
    expect(linesOf({ bun: '1', cheese: '', more: '', amount: '' }, ingredients)).toEqual([
      { ingredientId: 'bun', quantity: 1 },
    ]);
    expect(linesOf({ bun: '0', more: 'salt', amount: '3' }, ingredients)).toEqual([
      { ingredientId: 'salt', quantity: 3 },
    ]);
    expect(linesOf({ more: 'salt', amount: '' }, ingredients)).toEqual([]);
  });
});

describe('terms of delivery', () => {
  const tiers = [
    { upToMetres: 1_500, fee: 190 },
    { upToMetres: 5_000, fee: 0 },
  ];

  it('come out of their fields as they went in, nearest first, without empty rows', () => {
    const fields = tierFields(tiers, 2).toReversed();
    const values = Object.fromEntries(
      fields.flatMap(({ index, distance, fee }) => [
        [`distance-${index}`, distance],
        [`fee-${index}`, fee],
      ]),
    );
    expect(readTiers(values, 2)).toEqual(tiers);
    expect(readTiers({ ...values, 'distance-3': '0,8', 'fee-3': '1' }, 2)?.[0]).toEqual({ upToMetres: 800, fee: 100 });
    expect(readTiers({}, 2)).toEqual([]);
  });

  it.each([
    [{ 'distance-1': '2', 'fee-1': '' }],
    [{ 'distance-1': 'near', 'fee-1': '1' }],
    [{ 'distance-1': '1.2345', 'fee-1': '1' }],
  ])('are refused when they cannot be read: %j', (values) => {
    expect(readTiers(values as Record<string, string>, 2)).toBeUndefined();
  });

  it('have rates to the hundredth of a percent', () => {
    expect([readPercent('7'), readPercent('8,88'), readPercent('8.875'), readPercent('-1')]).toEqual([
      700,
      888,
      undefined,
      undefined,
    ]);
  });
});

it('the partners of a store are those of its fields, in their order', () => {
  const values = { 'partner-10': 'c', 'partner-2': 'b', 'partner-1': '', choice: 'CHEAPEST', 'partner-x': 'd' };
  expect(readPartners(values)).toEqual(['b', 'c']);
});
