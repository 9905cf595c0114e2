import { describe, expect, it, vi } from 'vitest';
import { Refusal } from '../errors/refusal.ts';
import { LoadQueue, type Urgency } from './loadQueue.ts';
import type { Release } from './callerLimits.ts';

const policy = { maxRunning: 4, keptForUrgent: 1, maxWaiting: 6, waitMs: 1_000_000, first: [] };

/** Enters requests, and notes what becomes of each by its name. */
function visitors(queue: LoadQueue) {
  const running = new Map<string, Release>();
  const refused: string[] = [];
  return {
    running,
    refused,
    enter: async (name: string, urgency: Urgency, caller = name) => {
      await Promise.resolve(queue.enter(urgency, caller)).then(
        (release) => running.set(name, release),
        (error: unknown) => {
          expect(error).toBeInstanceOf(Refusal);
          expect((error as Refusal).status).toBe(503);
          refused.push(name);
        },
      );
    },
    leave: async (name: string) => {
      running.get(name)!();
      running.delete(name);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

describe('the queue of a channel', () => {
  it('lets so many run at once, and keeps a part of the room for what is urgent', async () => {
    const queue = new LoadQueue(policy, 'web');
    const all = visitors(queue);
    for (const at of numbers(5)) void all.enter(`browse ${at}`, 'usual');
    await turn();
    expect([...all.running.keys()]).toEqual(['browse 0', 'browse 1', 'browse 2']);
    void all.enter('order', 'first');
    await turn();
    expect(all.running.has('order')).toBe(true);
    expect({ running: queue.running, waiting: queue.waiting }).toEqual({ running: 4, waiting: 2 });
    await all.leave('browse 0');
    expect(all.running.has('browse 3')).toBe(true);
  });

  it('takes what is urgent first, and refuses browsing for it when the queue is full', async () => {
    const queue = new LoadQueue(policy, 'web');
    const all = visitors(queue);
    for (const at of numbers(9)) void all.enter(`browse ${at}`, 'usual');
    void all.enter('order 1', 'first');
    void all.enter('order 2', 'first');
    void all.enter('order 3', 'first');
    await turn();
    // The first order has the room that is kept; each of the two others takes the place of one who browses.
    expect(all.refused).toHaveLength(2);
    expect(all.refused.every((name) => name.startsWith('browse'))).toBe(true);
    expect(queue.isShedding).toBe(true);
    await all.leave('browse 0');
    expect(all.running.has('order 2')).toBe(true);
    await all.leave('browse 1');
    expect(all.running.has('order 3')).toBe(true);
  });

  it('gives each caller its turn, however many requests another one sends', async () => {
    const queue = new LoadQueue(policy, 'web');
    const all = visitors(queue);
    for (const at of numbers(9)) void all.enter(`flood ${at}`, 'usual', 'flood');
    await turn();
    expect(queue.waiting).toBe(6);
    void all.enter('other', 'usual', 'other');
    await turn();
    // The queue was full: the newest of the flood made room.
    expect(all.refused).toEqual(['flood 8']);
    await all.leave('flood 0');
    await all.leave('flood 1');
    expect(all.running.has('other')).toBe(true);
    void all.enter('flood 9', 'usual', 'flood');
    void all.enter('flood 10', 'usual', 'flood');
    void all.enter('flood 11', 'usual', 'flood');
    await turn();
    expect(all.refused).toEqual(['flood 8', 'flood 11']);
  });

  it('refuses who has waited too long', async () => {
    vi.useFakeTimers();
    try {
      const queue = new LoadQueue({ ...policy, waitMs: 2_000 }, 'web');
      const all = visitors(queue);
      for (const at of numbers(4)) void all.enter(`browse ${at}`, 'usual');
      await vi.advanceTimersByTimeAsync(1_999);
      expect(all.refused).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect(all.refused).toEqual(['browse 3']);
      expect(queue.waiting).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
