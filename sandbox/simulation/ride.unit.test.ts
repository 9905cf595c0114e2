import { describe, expect, it } from 'vitest';
import { durationOf } from './pace.ts';
import { positionAt, ride } from './ride.ts';

const store = { latitude: 52.52, longitude: 13.405 };
const home = { latitude: 52.53, longitude: 13.395 };

describe('a ride', () => {
  it('begins where the courier is, and ends at the destination', () => {
    const on = ride(store, home, 1_000, 4_000);
    expect(positionAt(on, 1_000)).toEqual(store);
    expect(positionAt(on, 3_000)).toEqual({ latitude: 52.525, longitude: 13.4 });
    expect([positionAt(on, 5_000), positionAt(on, 9_000)]).toEqual([home, home]);
    expect(positionAt(on, 0)).toEqual(store);
  });

  it('to another continent begins near its end', () => {
    const tokyo = { latitude: 35.68, longitude: 139.76 };
    expect(positionAt(ride(store, tokyo, 0, 10), 0).latitude).toBeCloseTo(35.67, 3);
  });

  it('of no length is over at once', () => {
    expect(positionAt(ride(store, home, 5, 0), 5)).toEqual(home);
  });
});

describe('a duration', () => {
  it('is always the same for the same thing, and near the average', () => {
    const all = Array.from({ length: 200 }, (_, n) => durationOf(10, `order-${n}`));
    expect(durationOf(10, 'order-7')).toBe(all[7]);
    expect(new Set(all).size).toBeGreaterThan(50);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(6_000);
    expect(Math.max(...all)).toBeLessThanOrEqual(14_000);
  });
});
