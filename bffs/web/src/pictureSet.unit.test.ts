import { expect, test } from 'vitest';
import { pictureSet } from './pictureSet.ts';

test('every picture is a candidate by its width, the narrowest first', () => {
  expect(
    pictureSet([
      { url: '/b.webp', width: 480 },
      { url: '/a.webp', width: 160 },
    ]),
  ).toBe('/a.webp 160w, /b.webp 480w');
});

test('a URL cannot end its candidate', () => {
  expect(pictureSet([{ url: '/a,b c.webp', width: 1 }])).toBe('/a%2Cb%20c.webp 1w');
});

test('no pictures, no set', () => expect(pictureSet([])).toBeNull());
