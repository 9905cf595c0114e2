export interface Position {
  /** Degrees north of the equator. */
  readonly latitude: number;
  /** Degrees east of Greenwich. */
  readonly longitude: number;
}

/** The longest distance to which stores without terms of their own deliver, in metres along the great circle. */
export const maxMetres = 7_000;

export interface FeeTier {
  /** The longest distance in metres for which the fee holds, itself included. */
  readonly upToMetres: number;
  /** Fee in minor units of the currency. */
  readonly fee: number;
}

/**
 * Fees of stores without terms of their own, by the number of minor digits of the currency: currencies with two digits
 * are charged as euros; the yen has none, and a hundred yen are about a euro.
 */
const feeTiers: Readonly<Record<number, readonly FeeTier[]>> = {
  0: [
    { upToMetres: 2_000, fee: 300 },
    { upToMetres: 4_000, fee: 450 },
    { upToMetres: maxMetres, fee: 700 },
  ],
  2: [
    { upToMetres: 2_000, fee: 190 },
    { upToMetres: 4_000, fee: 290 },
    { upToMetres: maxMetres, fee: 490 },
  ],
  3: [
    { upToMetres: 2_000, fee: 600 },
    { upToMetres: 4_000, fee: 900 },
    { upToMetres: maxMetres, fee: 1_500 },
  ],
};

const earthRadiusMetres = 6_371_000;
const preparationMinutes = 15;
/** Average speed of a bicycle in a town, stops included. */
const metresPerMinute = 250;
/** How much longer the way along streets is than the great circle. */
const detour = 1.4;
const promiseStepMinutes = 5;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

export const isPosition = ({ latitude, longitude }: Position): boolean =>
  Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;

/**
 * Great-circle distance in whole metres, by the haversine formula on a sphere (error up to 0.5 %):
 * https://en.wikipedia.org/wiki/Haversine_formula.
 */
export function distanceMetres(from: Position, to: Position): number {
  const latitude = radians(to.latitude - from.latitude);
  const longitude = radians(to.longitude - from.longitude);
  const chord =
    Math.sin(latitude / 2) ** 2 +
    Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * Math.sin(longitude / 2) ** 2;
  return Math.round(2 * earthRadiusMetres * Math.asin(Math.min(1, Math.sqrt(chord))));
}

export type Quote =
  | {
      readonly kind: 'deliverable';
      readonly fee: number;
      readonly distanceMetres: number;
      readonly promisedAt: Date;
    }
  | { readonly kind: 'tooFar'; readonly distanceMetres: number; readonly maxMetres: number };

/**
 * What a delivery costs and when it arrives. The promised time counts from `at`: preparation and way, rounded up to
 * five minutes of the clock.
 * @param terms what the store delivers for, nearest first; those of the chain when there are none
 * @throws RangeError when no fee is set for this number of minor digits
 */
export function quote({
  store,
  door,
  exponent,
  terms = [],
  at,
}: {
  store: Position;
  door: Position;
  exponent: number;
  terms?: readonly FeeTier[];
  at: Date;
}): Quote {
  const tiers = terms.length > 0 ? terms : feeTiers[exponent];
  if (!tiers) throw new RangeError(`no delivery fee is set for currencies with ${exponent} minor digits`);
  const metres = distanceMetres(store, door);
  const tier = tiers.find(({ upToMetres }) => metres <= upToMetres);
  if (!tier) return { kind: 'tooFar', distanceMetres: metres, maxMetres: tiers.at(-1)!.upToMetres };
  const minutes = preparationMinutes + (metres * detour) / metresPerMinute;
  const step = promiseStepMinutes * 60_000;
  const promisedAt = new Date(Math.ceil((at.getTime() + minutes * 60_000) / step) * step);
  return { kind: 'deliverable', fee: tier.fee, distanceMetres: metres, promisedAt };
}
