import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pause } from './pause.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const day = 86_400_000;

it('waits as long as it is told, also longer than a timer can', async () => {
  let isOver = false;
  const over = pause(60 * day).then(() => (isOver = true));
  await vi.advanceTimersByTimeAsync(60 * day - 1);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await over;
});

it('ends at once when the signal fires, however long it has waited', async () => {
  const signal = new AbortController();
  const over = pause(60 * day, signal.signal);
  await vi.advanceTimersByTimeAsync(30 * day);
  signal.abort();
  await over;
  expect(vi.getTimerCount()).toBe(0);
});
