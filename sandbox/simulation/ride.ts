export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** A straight ride; times in milliseconds since 1970. */
export interface Ride {
  readonly from: Place;
  readonly to: Place;
  readonly startsAt: number;
  readonly arrivesAt: number;
}

/**
 * Farther than this, in degrees (some 3 km), a rider is put near the destination first: few couriers serve stores on
 * three continents.
 */
const farthest = 0.03;

export function ride(from: Place, to: Place, startsAt: number, durationMs: number): Ride {
  const isFar = Math.abs(from.latitude - to.latitude) > farthest || Math.abs(from.longitude - to.longitude) > farthest;
  const start = isFar
    ? { latitude: clamp(to.latitude - farthest / 3, 90), longitude: clamp(to.longitude - farthest / 3, 180) }
    : from;
  return { from: start, to, startsAt, arrivesAt: startsAt + durationMs };
}

/** Where a rider is at an instant; after the arrival that is the destination. */
export function positionAt({ from, to, startsAt, arrivesAt }: Ride, now: number): Place {
  const part = arrivesAt <= startsAt ? 1 : Math.min(1, Math.max(0, (now - startsAt) / (arrivesAt - startsAt)));
  return {
    latitude: between(from.latitude, to.latitude, part),
    longitude: between(from.longitude, to.longitude, part),
  };
}

const between = (from: number, to: number, part: number): number => Number((from + (to - from) * part).toFixed(6));
const clamp = (degrees: number, most: number): number => Math.min(most, Math.max(-most, degrees));
