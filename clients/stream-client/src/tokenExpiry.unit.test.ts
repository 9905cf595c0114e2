import { expect, it } from 'vitest';
import { renewalDelay, tokenExpiry } from './tokenExpiry.ts';

const jwt = (claims: unknown): string =>
  ['{}', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');

it('reads when a token ends, of those that say', () => {
  expect(tokenExpiry(`Bearer ${jwt({ exp: 1_700_000_000, name: 'Jürgen ÿ?>' })}`)).toBe(1_700_000_000_000);
  expect([jwt({}), jwt({ exp: 'soon' }), jwt(null), jwt([]), 'opaque', '', 'a.b.c', '..'].map(tokenExpiry)).toEqual(
    Array.from({ length: 8 }),
  );
});

it('renews a minute before the end, a short one after most of it, and never in a rush', () => {
  const minute = 60_000;
  expect([60 * minute, 5 * minute, minute, 10_000, 100, -5].map((left) => renewalDelay(1_000 + left, 1_000))).toEqual([
    59 * minute,
    4 * minute,
    48_000,
    8_000,
    1_000,
    1_000,
  ]);
});
