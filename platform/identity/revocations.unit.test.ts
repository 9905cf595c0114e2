import { beforeEach, expect, it } from 'vitest';
import { Revocations, longestTokenLifeMs } from './revocations.ts';

let now: Date;
let revocations: Revocations;
let heard = 0;
const at = (second: number, ms = 0) => new Date(Date.UTC(2026, 2, 1, 12, 0, second, ms));

beforeEach(() => {
  now = at(10);
  revocations = new Revocations(() => now);
  heard = 0;
  revocations.onRevoked(() => {
    heard += 1;
  });
});

it('ends what was issued up to the instant, and the second that it is in; of that subject alone', () => {
  revocations.add({ subject: 'a', before: at(5, 500) });
  expect([at(4), at(5), at(5, 500), at(5, 501), at(6)].map((issuedAt) => revocations.isRevoked('a', issuedAt))).toEqual(
    [true, true, true, false, false],
  );
  expect(revocations.isRevoked('b', at(4))).toBe(false);
});

it('grows only: in whatever order they are heard, and however often', () => {
  revocations.add({ subject: 'a', before: at(5) });
  revocations.add({ subject: 'a', before: at(3) }, { subject: 'a', before: at(5) });
  expect(revocations.isRevoked('a', at(4))).toBe(true);
  expect(heard).toBe(1);
  revocations.add({ subject: 'a', before: at(7) }, { subject: 'a', before: at(6) });
  expect(revocations.isRevoked('a', at(7))).toBe(true);
  expect(heard).toBe(2);
});

it('tells nobody who does not listen any more', () => {
  const stop = revocations.onRevoked(() => {
    throw new Error('told');
  });
  stop();
  revocations.add({ subject: 'a', before: at(5) });
  expect(heard).toBe(1);
});

it('is kept as long as a token can live, and then forgotten', () => {
  revocations.add({ subject: 'a', before: at(5) });
  now = new Date(at(5).getTime() + longestTokenLifeMs);
  revocations.add({ subject: 'b', before: now });
  expect(revocations.isRevoked('a', at(5))).toBe(true);
  now = new Date(now.getTime() + 120_000);
  revocations.add({ subject: 'c', before: now }, { subject: 'long ago', before: at(5) });
  expect(revocations.size).toBe(2);
});
