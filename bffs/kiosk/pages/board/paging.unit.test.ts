import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pageOf } from './paging.ts';

it('shows everything in its order as pages come round, and never more than fits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer(), { maxLength: 60 }),
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 0, max: 50 }),
      (items, capacity, first) => {
        const { count } = pageOf(items, capacity, 0);
        const pages = Array.from({ length: count }, (_, at) => pageOf(items, capacity, at));
        expect(pages.flatMap(({ shown }) => shown)).toEqual(items);
        expect(Math.max(...pages.map(({ shown }) => shown.length))).toBeLessThanOrEqual(Math.max(1, capacity));
        expect(pageOf(items, capacity, first)).toEqual(pages[first % count]);
      },
    ),
  );
});
