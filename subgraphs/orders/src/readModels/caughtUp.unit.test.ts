import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { tellProjected } from '#platform/events/nextProjection.ts';
import { caughtUp } from './feedHead.ts';

const db = { query: () => undefined } as unknown as Parameters<typeof caughtUp>[0];
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Reads a board that is behind until it is told otherwise; `seen` counts how often. */
function behind() {
  const board = { seen: 0, isBehind: true };
  const read = () => {
    board.seen += 1;
    return Promise.resolve(board.isBehind ? 'old' : 'new');
  };
  return { board, view: caughtUp(db, ['17'], read, (view) => view === 'new') };
}

it('reads again once an event of the store was projected, without waiting', async () => {
  const { board, view } = behind();
  await vi.advanceTimersByTimeAsync(0);
  tellProjected(db, 'store:18');
  await vi.advanceTimersByTimeAsync(0);
  expect(board.seen).toBe(1);
  board.isBehind = false;
  tellProjected(db, 'store:17');
  expect(await view).toBe('new');
  expect(board.seen).toBe(2);
});

it('reads again when the event was projected while it read', async () => {
  const { board, view } = behind();
  board.isBehind = false;
  tellProjected(db, 'store:17');
  expect(await view).toBe('new');
  expect(board.seen).toBe(2);
});

it('reads ever more rarely where another process projects, and gives what there is after half a second', async () => {
  const { board, view } = behind();
  await vi.advanceTimersByTimeAsync(499);
  expect(board.seen).toBe(6);
  await vi.advanceTimersByTimeAsync(1);
  expect(await view).toBe('old');
  expect(board.seen).toBe(7);
});
