import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partOfRefund, splitOf, taxIn, type Split } from './split.ts';

const sum = ({ vendorShare, fee, tax }: Split) => vendorShare + fee + tax;
const runs = { numRuns: 10_000 };

const line = fc.record({
  total: fc.integer({ min: 1, max: 500_000 }),
  taxBasisPoints: fc.integer({ min: 0, max: 5_000 }),
});
const sale = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 20 }),
  fee: fc.integer({ min: 0, max: 10_000 }),
});

describe('the split of a price', () => {
  it.each([
    [[{ total: 1_070, taxBasisPoints: 700 }], 1_500, { tax: 70, fee: 150, vendorShare: 850 }],
    [[{ total: 1_190, taxBasisPoints: 1_900 }], 0, { tax: 190, fee: 0, vendorShare: 1_000 }],
    [[{ total: 500, taxBasisPoints: 0 }], 10_000, { tax: 0, fee: 500, vendorShare: 0 }],
    // 0.5 of a minor unit is rounded up: 15 % of 10 is 1.5.
    [[{ total: 10, taxBasisPoints: 0 }], 1_500, { tax: 0, fee: 2, vendorShare: 8 }],
    [[{ total: 1, taxBasisPoints: 1_900 }], 1_500, { tax: 0, fee: 0, vendorShare: 1 }],
  ])('of %j at %i basis points is %j', (lines, fee, expected) => {
    expect(splitOf(lines, fee)).toEqual(expected);
  });

  it('sums to the whole, and no part is negative', () => {
    fc.assert(
      fc.property(sale, ({ lines, fee }) => {
        const split = splitOf(lines, fee);
        return (
          sum(split) === lines.reduce((total, each) => total + each.total, 0) &&
          Math.min(split.vendorShare, split.fee, split.tax) >= 0
        );
      }),
      runs,
    );
  });

  it('takes the tax that is in a price: what it adds to the net price, to half a minor unit', () => {
    fc.assert(
      fc.property(line, ({ total, taxBasisPoints }) => {
        const exact = (total * taxBasisPoints) / (10_000 + taxBasisPoints);
        return Math.abs(taxIn(total, taxBasisPoints) - exact) <= 0.500_001;
      }),
      runs,
    );
  });
});

describe('the parts of refunds', () => {
  it('sum to each refund, give nothing to anybody, and are the parts of the whole in the end', () => {
    const refunds = fc.array(fc.integer({ min: 1, max: 2_000_000 }), { maxLength: 12 });
    fc.assert(
      fc.property(sale, refunds, ({ lines, fee }, wanted) => {
        const whole = splitOf(lines, fee);
        const total = sum(whole);
        const back = { vendorShare: 0, fee: 0, tax: 0 };
        let before = 0;
        for (const each of [...wanted, total]) {
          const amount = Math.min(each, total - before);
          if (amount === 0) break;
          const part = partOfRefund(whole, before, amount);
          if (sum(part) !== amount || Math.min(part.vendorShare, part.fee, part.tax) < 0) return false;
          back.vendorShare += part.vendorShare;
          back.fee += part.fee;
          back.tax += part.tax;
          before += amount;
        }
        return back.vendorShare === whole.vendorShare && back.fee === whole.fee && back.tax === whole.tax;
      }),
      runs,
    );
  });
});
