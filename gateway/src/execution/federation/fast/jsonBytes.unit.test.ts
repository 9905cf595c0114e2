import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Surprise, any, boolean, int, nothing, number, rest, string } from './jsonBytes.ts';

/** How far a step gets; undefined for a surprise. */
function end(step: (bytes: Uint8Array, at: number) => number, text: string, at = 0): number | undefined {
  try {
    return step(Buffer.from(text), at);
  } catch (error) {
    if (error instanceof Surprise) return undefined;
    throw error;
  }
}

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

it('steps over every value that JSON.stringify writes, to its end', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = JSON.stringify(value);
      expect(end(any, text)).toBe(Buffer.byteLength(text));
    }),
    { seed: 1 },
  );
});

it('goes to the end of no text that JSON.parse refuses', () => {
  const spoiled = fc
    .tuple(
      fc.jsonValue({ maxDepth: 3 }),
      fc.nat(),
      fc.constantFrom('', '"', '\\', ',', '0', '\u0001', '\\u12', 'e', '}'),
    )
    .map(([value, at, put]) => {
      const text = JSON.stringify(value);
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + 1);
    });
  fc.assert(
    fc.property(spoiled, (text) => {
      if (end(any, text) === Buffer.byteLength(text))
        expect({ text, parses: parses(text) }).toEqual({ text, parses: true });
    }),
    { seed: 1, numRuns: 2_000 },
  );
});

it.each([
  ['2147483647', 10],
  ['-2147483648', 11],
  ['2147483648', undefined],
  ['-2147483649', undefined],
  ['99999999999999', undefined],
  ['1.0', undefined],
  ['1e3', undefined],
  ['01', undefined],
  ['-', undefined],
  ['"1"', undefined],
])('an Int of 32 bits: %s', (text, expected) => expect(end(int, `${text},`)).toBe(expected));

it.each([
  [number, '-0.5e+10', 8],
  [number, '.5', undefined],
  [number, '1.', undefined],
  [boolean, 'true', 4],
  [boolean, 'false', 5],
  [boolean, 'falsy', undefined],
  [nothing, 'null', 4],
  [nothing, 'nul', undefined],
  [string, 'a\\"\\u00e9"', 10],
  [string, 'never ends', undefined],
  [string, 'a\\x"', undefined],
])('%o of %s', (step, text, expected) => expect(end(step as typeof number, text)).toBe(expected));

it('lets extensions and white space follow the data, and nothing else', () => {
  const follows = (text: string) => end((bytes, at) => (rest(bytes, at), 0), text) === 0;
  expect(['}', '}\r\n', ',"extensions":{"a":[1]}}'].map(follows)).toEqual([true, true, true]);
  expect(['', ',"errors":[]}', '}}', ',"extensions":}'].map(follows)).toEqual([false, false, false, false]);
});
