import { expect, it } from 'vitest';
import { Turnstile } from './turnstile.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

it('does some upgrades in each turn, in order, and lets other work run in between', async () => {
  const turnstile = new Turnstile(1_000);
  const taken: number[] = [];
  for (const n of upTo(100)) turnstile.enter(() => taken.push(n));
  expect(taken).toEqual([]);
  await turn();
  expect(taken.length).toBeGreaterThan(0);
  expect(taken.length).toBeLessThan(50);
  while (turnstile.entries > 0) await turn();
  expect(taken).toEqual(upTo(100));
});

it('refuses an upgrade when too many are waiting, and queues others again when there is room', async () => {
  const turnstile = new Turnstile(2);
  expect(upTo(3).map(() => turnstile.enter(() => undefined))).toEqual([true, true, false]);
  await turn();
  expect(turnstile.enter(() => undefined)).toBe(true);
});

it('does upgrades before most beginnings of streams, and starves neither', async () => {
  const turnstile = new Turnstile(1_000);
  const done: string[] = [];
  for (const n of upTo(30)) void turnstile.turn().then(() => done.push(`begins ${n}`));
  for (const n of upTo(100)) turnstile.enter(() => done.push(`enters ${n}`));
  while (done.length < 130) await turn();
  const begunBefore = done.slice(0, done.indexOf('enters 99')).filter((each) => each.startsWith('begins'));
  expect(begunBefore.length).toBeGreaterThan(0);
  expect(begunBefore.length).toBeLessThan(10);
  expect(done.filter((each) => each.startsWith('begins'))).toEqual(upTo(30).map((n) => `begins ${n}`));
});
