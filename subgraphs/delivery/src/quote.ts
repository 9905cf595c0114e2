export interface Position {
  /** Degrees north. */
  readonly latitude: number;
  /** Degrees east. */
  readonly longitude: number;
}

/** How far from a store a delivery may go, in metres as the crow flies. */
export const maxMetres = 7_000;

interface FeeTier {
  /** Up to and including this distance. */
  readonly upToMetres: number;
  /** Minor units. */
  readonly fee: number;
}

/** Fees by the number of minor digits of the currency: yen have none, and a hundred of them are about a euro. */
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
/** A bicycle in a town, stops included. */
const metresPerMinute = 250;
/** Streets are longer than the crow's way. */
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
  | { readonly kind: 'tooFar'; readonly distanceMetres: number };

/**
 * What a delivery costs and when it arrives. The promise counts from `at`: preparation and way, rounded up to five
 * minutes of the clock.
 * @throws RangeError for a number of minor digits that no fee is set for
 */
export function quote({
  store,
  door,
  exponent,
  at,
}: {
  store: Position;
  door: Position;
  exponent: number;
  at: Date;
}): Quote {
  const tiers = feeTiers[exponent];
  if (!tiers) throw new RangeError(`no delivery fee is set for currencies with ${exponent} minor digits`);
  const metres = distanceMetres(store, door);
  const tier = tiers.find(({ upToMetres }) => metres <= upToMetres);
  if (!tier) return { kind: 'tooFar', distanceMetres: metres };
  const minutes = preparationMinutes + (metres * detour) / metresPerMinute;
  const step = promiseStepMinutes * 60_000;
  const promisedAt = new Date(Math.ceil((at.getTime() + minutes * 60_000) / step) * step);
  return { kind: 'deliverable', fee: tier.fee, distanceMetres: metres, promisedAt };
}
