import { expect, it, vi } from 'vitest';
import { workThrough } from './workThrough.ts';

it('goes on after an item that fails, says which kind has to wait, and counts what was done', async () => {
  const log = { warn: vi.fn() };
  const seen: number[] = [];
  const done = await workThrough([1, 2, 3, 4], { log, what: 'a number' }, (n) => {
    seen.push(n);
    return n === 2 ? Promise.reject(new Error('two')) : Promise.resolve(n !== 3);
  });
  expect([done, seen]).toEqual([2, [1, 2, 3, 4]]);
  expect(log.warn).toHaveBeenCalledExactlyOnceWith(
    { err: new Error('two') },
    'a number has to wait for the next round',
  );
});

it('works on so many at a time, and on no more', async () => {
  let now = 0;
  let most = 0;
  await workThrough([1, 2, 3, 4, 5], { log: { warn: vi.fn() }, what: 'a number', atOnce: 2 }, async () => {
    most = Math.max(most, (now += 1));
    await Promise.resolve();
    now -= 1;
  });
  expect([now, most]).toEqual([0, 2]);
});
