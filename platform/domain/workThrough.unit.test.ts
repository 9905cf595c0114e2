import { expect, it, vi } from 'vitest';
import { Turns, workThrough } from './workThrough.ts';

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

/** A list of which each round takes two. */
function listOf(...ids: string[]) {
  const turns = new Turns();
  return {
    ids,
    round: async () => {
      const items = await turns.next(2, async (after, most) =>
        ids
          .filter((id) => after === undefined || id > after.gt)
          .sort()
          .slice(0, most)
          .map((id) => ({ id })),
      );
      return items.map(({ id }) => id).join('');
    },
  };
}

it('each round goes on where the last one ended, so that what stays in the list keeps nothing waiting', async () => {
  const { round } = listOf('a', 'b', 'c', 'd', 'e');
  expect([await round(), await round(), await round(), await round()]).toEqual(['ab', 'cd', 'ea', 'bc']);
});

it('each round has all of a short list once, also what was added before the place at which the last one ended', async () => {
  const { ids, round } = listOf('b');
  expect([await round(), await round()]).toEqual(['b', 'b']);
  ids.push('a');
  expect([await round(), await round()]).toEqual(['ab', 'ab']);
  ids.length = 0;
  expect([await round(), await round()]).toEqual(['', '']);
});
