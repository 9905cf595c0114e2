import { expect, it } from 'vitest';
import { minuteOf, takesOrders } from './openingHours.ts';

it.each([
  ['00:00', 0],
  ['09:30', 570],
  ['23:59', 1_439],
  ['24:00', 1_440],
  ['24:01', null],
  ['9:30', null],
  ['12:60', null],
  ['', null],
])('reads %j as minute %j', (time, minute) => {
  expect(minuteOf(time)).toBe(minute);
});

// 2026-03-29 is the Sunday on which clocks in Berlin go from 02:00 to 03:00.
it.each([
  ['2026-03-29T00:30:00Z', false],
  ['2026-03-29T01:30:00Z', true],
  ['2026-03-29T07:59:59Z', true],
  ['2026-03-29T08:00:00Z', false],
  ['2026-03-30T05:00:00Z', false],
])('at %s, open from three to ten on Sundays: %j', (at, open) => {
  expect(takesOrders([{ weekday: 7, from: 180, to: 600 }], 'Europe/Berlin', new Date(at))).toBe(open);
});
