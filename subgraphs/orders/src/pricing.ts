/** Under which rules a store sells: from GetOrderingTerms. */
export interface TaxRegime {
  /** Prices contain the tax. */
  readonly inclusive: boolean;
  /** When a tax is rounded: for each line, or once for all that an order has of a rate. */
  readonly rounding: 'PER_LINE' | 'PER_RATE';
  readonly rates: readonly { readonly taxClass: string; readonly service: string; readonly basisPoints: number }[];
}

/** A line as the menu prices it; amounts in minor units. */
export interface LineToPrice {
  readonly unitPrice: number;
  readonly quantity: number;
  readonly taxClass: string;
}

export interface LinePrice {
  /** Unit price times quantity. */
  readonly total: number;
  /** Contained in `total` where prices contain tax, else added to it. */
  readonly tax: number;
}

export interface OrderPrice {
  /** One for each line, in the same order. */
  readonly lines: readonly LinePrice[];
  /** Sum of the lines' totals. */
  readonly subtotal: number;
  readonly deliveryFee: number;
  /** Of all lines and the delivery fee. */
  readonly tax: number;
  readonly taxInclusive: boolean;
  /** What is charged. */
  readonly total: number;
}

/** A delivery is part of the sale of food, so its fee is taxed as food is. */
const deliveryTaxClass = 'FOOD';
const wholeBasisPoints = 10_000;

/**
 * A price that cannot be said: the store has no rate for a class and service. A mistake in the store's data, never of
 * the guest.
 */
export class NoTaxRate extends Error {
  constructor(taxClass: string, service: string) {
    super(`no tax rate for ${taxClass} with ${service}`);
    this.name = 'NoTaxRate';
  }
}

/** Integer division, halves away from zero; for amounts of zero and above. */
const divideRounding = (dividend: number, divisor: number): number =>
  Math.floor((2 * dividend + divisor) / (2 * divisor));

/**
 * The tax of an amount, rounded once, to the nearest minor unit, halves up:
 * - prices contain it: `total × rate ÷ (10 000 + rate)`
 * - it is added: `total × rate ÷ 10 000`
 *
 * with the rate in basis points.
 */
export const taxOf = (total: number, basisPoints: number, inclusive: boolean): number =>
  divideRounding(total * basisPoints, inclusive ? wholeBasisPoints + basisPoints : wholeBasisPoints);

/**
 * What the provider can charge and the graph can tell: something, and no more than an `Int` holds. All other amounts of
 * an order are within its total.
 */
export const isChargeable = (total: number): boolean => total >= 1 && total <= 2_147_483_647;

function rateOf(regime: TaxRegime, taxClass: string, service: string): number {
  const rate = regime.rates.find((each) => each.taxClass === taxClass && each.service === service);
  if (!rate) throw new NoTaxRate(taxClass, service);
  return rate.basisPoints;
}

/**
 * Taxes of amounts, in their order. An order's tax is their sum, so that a receipt's lines add up. Where the store
 * rounds once per rate, each amount has what it adds to the rounded tax of its rate so far: the sum is then that of the
 * rate's total, to the minor unit.
 */
function taxesOf(
  { inclusive, rounding }: TaxRegime,
  amounts: readonly { readonly total: number; readonly basisPoints: number }[],
): number[] {
  if (rounding === 'PER_LINE') return amounts.map(({ total, basisPoints }) => taxOf(total, basisPoints, inclusive));
  const soFar = new Map<number, number>();
  return amounts.map(({ total, basisPoints }) => {
    const before = soFar.get(basisPoints) ?? 0;
    soFar.set(basisPoints, before + total);
    return taxOf(before + total, basisPoints, inclusive) - taxOf(before, basisPoints, inclusive);
  });
}

/**
 * Prices an order: `total = subtotal + delivery fee`, plus the tax where prices do not contain it.
 * Integers in, integers out, all in minor units of one currency.
 * @throws NoTaxRate
 */
export function priceOrder(
  regime: TaxRegime,
  service: string,
  lines: readonly LineToPrice[],
  deliveryFee: number,
): OrderPrice {
  const amounts = lines.map((line) => ({
    total: line.unitPrice * line.quantity,
    basisPoints: rateOf(regime, line.taxClass, service),
  }));
  const fee = deliveryFee === 0 ? [] : [{ total: deliveryFee, basisPoints: rateOf(regime, deliveryTaxClass, service) }];
  const taxes = taxesOf(regime, [...amounts, ...fee]);
  const subtotal = amounts.reduce((sum, { total }) => sum + total, 0);
  const tax = taxes.reduce((sum, each) => sum + each, 0);
  return {
    lines: amounts.map(({ total }, index) => ({ total, tax: taxes[index]! })),
    subtotal,
    deliveryFee,
    tax,
    taxInclusive: regime.inclusive,
    total: subtotal + deliveryFee + (regime.inclusive ? 0 : tax),
  };
}
