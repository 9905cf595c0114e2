import { getEventListeners } from 'node:events';
import { pino } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import { superviseLoops } from './superviseLoops.ts';

afterEach(() => void vi.useRealTimers());

it('leaves nothing behind in the signal that stops it, however often a loop fails', async () => {
  vi.useFakeTimers();
  const listeners: number[] = [];
  const failing = {
    name: 'of a partner that is away',
    run: (signal: AbortSignal) => {
      listeners.push(getEventListeners(signal, 'abort').length);
      return Promise.reject(new Error('nobody answers'));
    },
  };
  const loops = superviseLoops(pino({ enabled: false }), [failing]);
  await vi.advanceTimersByTimeAsync(20 * 60_000);
  expect(listeners.length).toBeGreaterThan(20);
  expect(new Set(listeners)).toEqual(new Set([0]));
  await loops.stop();
});
