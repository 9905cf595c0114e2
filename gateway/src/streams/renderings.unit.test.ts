import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Renderings } from './renderings.ts';

it('lets some go on at once and others after other work, all in the order in which they came', async () => {
  const renderings = new Renderings();
  const rendered: number[] = [];
  const all = Array.from({ length: 100 }, async (_, at) => {
    await renderings.turn();
    rendered.push(at);
  });
  const perTurn: number[] = [];
  while (rendered.length < all.length) {
    await Promise.resolve();
    perTurn.push(rendered.length);
    await nextTurn();
  }
  expect(perTurn[0]).toBe(32);
  expect(rendered).toEqual([...rendered].sort((a, b) => a - b));
  await Promise.all(all);
});

it('lets one that comes alone go on at once, again and again', async () => {
  const renderings = new Renderings();
  for (let turn = 0; turn < 100; turn += 1) {
    expect(renderings.turn()).toBeUndefined();
    await nextTurn();
  }
});
