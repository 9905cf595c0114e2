import { expect, test } from 'vitest';
import { pickPicture } from './pickPicture.ts';

const pictures = [
  { url: 'large', width: 1200 },
  { url: 'small', width: 160 },
  { url: 'medium', width: 480 },
];

test.each([
  [1, 'small'],
  [160, 'small'],
  [161, 'medium'],
  [480, 'medium'],
  [481, 'large'],
  [5000, 'large'],
])('for %i pixels it takes the %s one', (width, url) => expect(pickPicture(pictures, width)?.url).toBe(url));

test('without pictures there is none', () => expect(pickPicture([], 160)).toBeNull());
