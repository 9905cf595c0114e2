import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { Desk } from './desk.ts';
import type { Claimed } from './inbox.ts';

let desk: Desk;
let stop: AbortController;
let running: Promise<void>;
let kept: Claimed[];
let worked: string[];
/** What the message that is worked on waits for. */
let held: Promise<void> | undefined;
const next = vi.fn(() => Promise.resolve(kept.shift()));
const message = (messageId: string): Claimed => ({ messageId }) as Claimed;

beforeEach(async () => {
  [desk, stop, kept, worked, held] = [new Desk(), new AbortController(), [], [], undefined];
  next.mockClear();
  running = desk.run(
    stop.signal,
    async ({ messageId }) => {
      worked.push(messageId);
      await held;
    },
    next,
  );
  await until(() => next.mock.calls.length === 1);
});
afterEach(async () => {
  stop.abort();
  await running;
});

it('works off what is handed over, and does not look into the inbox for it', async () => {
  for (const id of ['a', 'b']) {
    await until(() => desk.reserve());
    desk.hand(message(id));
    await until(() => worked.includes(id));
  }
  expect(next).toHaveBeenCalledTimes(1);
});

it('is reserved for one message at a time, and for none while it works', async () => {
  expect([desk.reserve(), desk.reserve()]).toEqual([true, false]);
  desk.hand(undefined);
  expect(desk.reserve()).toBe(true);
  let release = (): void => undefined;
  held = new Promise((resolve) => (release = resolve));
  desk.hand(message('a'));
  await until(() => worked.length === 1);
  expect(desk.reserve()).toBe(false);
  kept = [message('b'), message('c')];
  desk.ring();
  release();
  await until(() => worked.length === 3);
  expect(worked).toEqual(['a', 'b', 'c']);
});

it('works off what was handed over before it ends', async () => {
  expect(desk.reserve()).toBe(true);
  desk.hand(message('a'));
  stop.abort();
  await running;
  expect(worked).toEqual(['a']);
});
