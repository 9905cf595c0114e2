import { expect, test } from 'vitest';
import { geoLink } from './geoLink.ts';

test.each([
  [52.520008, 13.404954, 'geo:52.520008,13.404954'],
  [-33.9, 0, 'geo:-33.9,0'],
  [0.00000001, -0.00000001, 'geo:0,0'],
  [0.000001, 179.9999999, 'geo:0.000001,180'],
])('%d, %d', (latitude, longitude, link) => expect(geoLink({ latitude, longitude })).toBe(link));
