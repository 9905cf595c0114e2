import { describe, expect, it } from 'vitest';
import { distanceMetres, isPosition, maxMetres, quote } from './quote.ts';

const berlin = { latitude: 52.52, longitude: 13.405 };
const north = (metres: number) => ({ latitude: 52.52 + metres / 111_194.93, longitude: 13.405 });
const at = new Date('2026-03-01T12:00:00Z');

describe('distanceMetres', () => {
  it('is right for Berlin to Paris', () => {
    expect(distanceMetres(berlin, { latitude: 48.8566, longitude: 2.3522 }) / 1_000).toBeCloseTo(877, -1);
  });

  it('is zero for one place, the same in both directions, and short across the date line', () => {
    expect(distanceMetres(berlin, berlin)).toBe(0);
    expect(distanceMetres(berlin, north(500))).toBe(distanceMetres(north(500), berlin));
    expect(distanceMetres({ latitude: 0, longitude: 179.99 }, { latitude: 0, longitude: -179.99 })).toBeLessThan(2_300);
  });

  it('gives a distance between antipodes', () => {
    expect(distanceMetres({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 })).toBe(
      Math.round(Math.PI * 6_371_000),
    );
  });
});

describe('quote', () => {
  it.each([
    [0, 190],
    [1_990, 190],
    [2_010, 290],
    [4_010, 490],
    [6_990, 490],
  ])('asks by distance: %i m cost %i', (metres, fee) => {
    expect(quote({ store: berlin, door: north(metres), exponent: 2, at })).toMatchObject({ kind: 'deliverable', fee });
  });

  it('charges whole yen', () => {
    expect(quote({ store: berlin, door: berlin, exponent: 0, at })).toMatchObject({ fee: 300 });
  });

  it('refuses distances beyond the radius', () => {
    expect(quote({ store: berlin, door: north(maxMetres + 20), exponent: 2, at })).toMatchObject({
      kind: 'tooFar',
    });
  });

  it('promises preparation and way, rounded up to five minutes of the clock', () => {
    const promise = (metres: number, from = at) => {
      const answer = quote({ store: berlin, door: north(metres), exponent: 2, at: from });
      return answer.kind === 'deliverable' ? answer.promisedAt.toISOString() : null;
    };
    expect(promise(0)).toBe('2026-03-01T12:15:00.000Z');
    expect(promise(0, new Date('2026-03-01T12:00:00.001Z'))).toBe('2026-03-01T12:20:00.000Z');
    expect(promise(2_000)).toBe('2026-03-01T12:30:00.000Z');
  });

  it('throws for a currency without a fee', () => {
    expect(() => quote({ store: berlin, door: berlin, exponent: 8, at })).toThrow(RangeError);
  });
});

it('isPosition accepts positions on Earth only', () => {
  expect(isPosition({ latitude: -90, longitude: 180 })).toBe(true);
  for (const [latitude, longitude] of [
    [90.1, 0],
    [0, -180.1],
    [Number.NaN, 0],
    [0, Number.POSITIVE_INFINITY],
  ] as const) {
    expect(isPosition({ latitude, longitude })).toBe(false);
  }
});
