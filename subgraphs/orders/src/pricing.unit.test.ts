import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NoTaxRate, priceOrder, taxOf, type TaxRegime } from './pricing.ts';

const regime = (inclusive: boolean): TaxRegime => ({
  inclusive,
  rounding: 'PER_LINE',
  rates: [
    { taxClass: 'FOOD', service: 'TAKEAWAY', basisPoints: 700 },
    { taxClass: 'BEVERAGE', service: 'TAKEAWAY', basisPoints: 1900 },
    { taxClass: 'FOOD', service: 'DINE_IN', basisPoints: 1900 },
    { taxClass: 'FOOD', service: 'DELIVERY', basisPoints: 700 },
  ],
});

describe('taxOf', () => {
  it.each([
    // total, basis points, inclusive, tax
    [1070, 700, true, 70],
    [1190, 1900, true, 190],
    [999, 1900, true, 160], // 159.504…
    [1000, 825, false, 83], // 82.5: halves go up
    [1000, 824, false, 82], // 82.4
    [500, 1000, true, 45], // ¥: 45.45…
    [0, 1900, true, 0],
    [100, 0, false, 0],
  ])('of %i at %i, inclusive %s, is %i', (total, basisPoints, inclusive, tax) => {
    expect(taxOf(total, basisPoints, inclusive)).toBe(tax);
  });

  it('is at most half a minor unit away from the exact tax', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 50_000_000 }),
        fc.integer({ min: 0, max: 5000 }),
        fc.boolean(),
        (total, rate, inclusive) => {
          const exact = (total * rate) / (inclusive ? 10_000 + rate : 10_000);
          const tax = taxOf(total, rate, inclusive);
          expect(Number.isInteger(tax)).toBe(true);
          expect(Math.abs(tax - exact)).toBeLessThanOrEqual(0.5 + 1e-6);
        },
      ),
    );
  });
});

describe('priceOrder', () => {
  it('uses the rate for the tax class and the service of each line', () => {
    const lines = [
      { unitPrice: 1070, quantity: 1, taxClass: 'FOOD' },
      { unitPrice: 595, quantity: 2, taxClass: 'BEVERAGE' },
    ];
    expect(priceOrder(regime(true), 'TAKEAWAY', lines, 0)).toEqual({
      lines: [
        { total: 1070, tax: 70 },
        { total: 1190, tax: 190 },
      ],
      subtotal: 2260,
      deliveryFee: 0,
      tax: 260,
      taxInclusive: true,
      total: 2260,
    });
    expect(priceOrder(regime(true), 'DINE_IN', lines.slice(0, 1), 0).tax).toBe(171);
  });

  it('adds the tax, rounded per line, when prices do not contain it', () => {
    const lines = [
      { unitPrice: 107, quantity: 1, taxClass: 'FOOD' },
      { unitPrice: 107, quantity: 1, taxClass: 'FOOD' },
    ];
    // Each line has a tax of 7.49, so the sum is 7 + 7. Rounding the sum would give 15.
    expect(priceOrder(regime(false), 'TAKEAWAY', lines, 0)).toMatchObject({ subtotal: 214, tax: 14, total: 228 });
  });

  it('rounds once per rate when the store does so, and the taxes of the lines still add up', () => {
    const perRate = { ...regime(false), rounding: 'PER_RATE' as const };
    const line = (unitPrice: number, taxClass = 'FOOD') => ({ unitPrice, quantity: 1, taxClass });
    // Two lines with a tax of 7.49 each are 14.98, rounded to 15. Rounding per line would give 14.
    expect(priceOrder(perRate, 'TAKEAWAY', [line(107), line(107)], 0)).toMatchObject({
      lines: [{ tax: 7 }, { tax: 8 }],
      subtotal: 214,
      tax: 15,
      total: 229,
    });
    expect(
      priceOrder({ ...perRate, inclusive: true }, 'TAKEAWAY', [line(108), line(595, 'BEVERAGE'), line(108)], 0),
    ).toMatchObject({ lines: [{ tax: 7 }, { tax: 95 }, { tax: 7 }], tax: 14 + 95, total: 811 });
    // The fee has the rate of food and is rounded together with it: 1,000 and 307 give 91.49.
    expect(priceOrder(perRate, 'DELIVERY', [line(1_000)], 307)).toMatchObject({
      lines: [{ tax: 70 }],
      tax: 91,
      total: 1_398,
    });
  });

  it('gives the rounded tax of each rate, whatever the lines are', () => {
    const lineOf = fc.record({
      unitPrice: fc.integer({ min: 0, max: 100_000 }),
      quantity: fc.integer({ min: 1, max: 9 }),
      taxClass: fc.constantFrom('FOOD', 'BEVERAGE'),
    });
    fc.assert(
      fc.property(fc.array(lineOf, { minLength: 1, maxLength: 20 }), fc.boolean(), (lines, inclusive) => {
        const price = priceOrder({ ...regime(inclusive), rounding: 'PER_RATE' }, 'TAKEAWAY', lines, 0);
        const sumOf = (taxClass: string) =>
          lines
            .filter((each) => each.taxClass === taxClass)
            .reduce((sum, each) => sum + each.unitPrice * each.quantity, 0);
        expect(price.tax).toBe(taxOf(sumOf('FOOD'), 700, inclusive) + taxOf(sumOf('BEVERAGE'), 1900, inclusive));
        expect(price.lines.reduce((sum, { tax }) => sum + tax, 0)).toBe(price.tax);
        expect(Math.min(...price.lines.map(({ tax }) => tax))).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('taxes the delivery fee as food', () => {
    const lines = [{ unitPrice: 1000, quantity: 1, taxClass: 'FOOD' }];
    expect(priceOrder(regime(false), 'DELIVERY', lines, 300)).toMatchObject({
      subtotal: 1000,
      deliveryFee: 300,
      tax: 91,
      total: 1391,
    });
    expect(priceOrder(regime(true), 'DELIVERY', lines, 300)).toMatchObject({ tax: 65 + 20, total: 1300 });
  });

  it('throws when the store has no rate', () => {
    expect(() => priceOrder(regime(true), 'KIOSK', [{ unitPrice: 1, quantity: 1, taxClass: 'FOOD' }], 0)).toThrow(
      NoTaxRate,
    );
  });
});
