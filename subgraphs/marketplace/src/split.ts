/** The parts of an amount, in minor units. They sum to it. */
export interface Split {
  readonly vendorShare: number;
  /** The fee of the chain. */
  readonly fee: number;
  readonly tax: number;
}

/** Half a minor unit is rounded up. Exact as long as the dividend is below 2^52: see `largestTotal` of an order. */
const rounded = (dividend: number, divisor: number): number => Math.floor((2 * dividend + divisor) / (2 * divisor));

/** The tax that is in a price. A rate of 700 basis points is 7 %. */
export const taxIn = (price: number, taxBasisPoints: number): number =>
  rounded(price * taxBasisPoints, 10_000 + taxBasisPoints);

/**
 * Splits what a customer pays. The tax is rounded for each line; the fee is taken of the price without tax; all that
 * is left is the vendor's.
 * @param lines what each line costs, tax included, with the rate of its tax
 */
export function splitOf(
  lines: readonly { readonly total: number; readonly taxBasisPoints: number }[],
  feeBasisPoints: number,
): Split {
  const total = lines.reduce((sum, line) => sum + line.total, 0);
  const tax = lines.reduce((sum, line) => sum + taxIn(line.total, line.taxBasisPoints), 0);
  const fee = rounded((total - tax) * feeBasisPoints, 10_000);
  return { vendorShare: total - tax - fee, fee, tax };
}

/**
 * The parts of all that was paid back so far: the vendor's in proportion to its part of the whole, and what is left of
 * it between the fee and the tax in the same way. No part shrinks as more is paid back, and when all of it is paid back
 * the parts are those of the whole.
 */
export function partOf({ vendorShare, fee, tax }: Split, refunded: number): Split {
  const total = vendorShare + fee + tax;
  const upToVendor = rounded(vendorShare * refunded, total);
  const others = refunded - upToVendor;
  const upToFee = fee === 0 ? 0 : rounded(fee * others, fee + tax);
  return { vendorShare: upToVendor, fee: upToFee, tax: others - upToFee };
}

/** The parts of a further refund, after `before` was paid back already. They sum to its amount. */
export function partOfRefund(whole: Split, before: number, amount: number): Split {
  const earlier = partOf(whole, before);
  const now = partOf(whole, before + amount);
  return {
    vendorShare: now.vendorShare - earlier.vendorShare,
    fee: now.fee - earlier.fee,
    tax: now.tax - earlier.tax,
  };
}
