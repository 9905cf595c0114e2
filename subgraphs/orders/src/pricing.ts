/** The rules by which a store taxes its sales, from `GetOrderingTerms`. */
export interface TaxRegime {
  /** Whether the prices on the menu contain the tax. */
  readonly inclusive: boolean;
  /** Whether the tax of each line is rounded by itself, or once for everything in the order that has the same rate. */
  readonly rounding: 'PER_LINE' | 'PER_RATE';
  readonly rates: readonly { readonly taxClass: string; readonly service: string; readonly basisPoints: number }[];
}

/** A line as priced by the menu; amounts are in minor units. */
export interface LineToPrice {
  readonly unitPrice: number;
  readonly quantity: number;
  readonly taxClass: string;
}

export interface LinePrice {
  /** Unit price times quantity. */
  readonly total: number;
  /** Contained in `total` when prices contain the tax, otherwise added to it. */
  readonly tax: number;
}

export interface OrderPrice {
  /** One price for each line, in the same order. */
  readonly lines: readonly LinePrice[];
  /** Sum of the lines' totals. */
  readonly subtotal: number;
  readonly deliveryFee: number;
  /** Tax of all lines and of the delivery fee. */
  readonly tax: number;
  readonly taxInclusive: boolean;
  /** The amount that the guest is charged. */
  readonly total: number;
}

/** The delivery fee is taxed as food, since the delivery is part of the sale of food. */
const deliveryTaxClass = 'FOOD';
const wholeBasisPoints = 10_000;

/**
 * The order cannot be priced, because the store has no tax rate for a class of goods and service. That is a mistake
 * in the store's data and not of the guest.
 */
export class NoTaxRate extends Error {
  constructor(taxClass: string, service: string) {
    super(`no tax rate for ${taxClass} with ${service}`);
    this.name = 'NoTaxRate';
  }
}

/** Divides and rounds to the nearest integer, halves up; for amounts of zero and above. */
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
 * Whether the total can be charged: at least one minor unit, and no more than an `Int` of the graph holds. No other
 * amount of the order is larger than its total.
 */
export const isChargeable = (total: number): boolean => total >= 1 && total <= 2_147_483_647;

function rateOf(regime: TaxRegime, taxClass: string, service: string): number {
  const rate = regime.rates.find((each) => each.taxClass === taxClass && each.service === service);
  if (!rate) throw new NoTaxRate(taxClass, service);
  return rate.basisPoints;
}

/**
 * The tax of each amount, in the same order. The tax of the order is their sum, so that the lines of a receipt add
 * up. When the store rounds once per rate, each amount gets what it adds to the rounded tax of its rate so far; their
 * sum is then the rounded tax on the total of that rate.
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
 * Prices an order: `total = subtotal + delivery fee`, plus the tax when prices do not contain it. All amounts are
 * integers in minor units of one currency.
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
