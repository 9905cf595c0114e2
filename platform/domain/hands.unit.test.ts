import { expect, it } from 'vitest';
import { Hands, keepBusy } from './hands.ts';

it('one piece of work that hangs keeps nothing else waiting, and is begun once', async () => {
  const hands = new Hands(2);
  const stop = new AbortController();
  const open = new Set(Array.from({ length: 20 }, (_, n) => String(n)));
  const begun: string[] = [];
  let end = (): void => undefined;
  const hangs = new Promise<void>((resolve) => (end = resolve));
  const work = async (id: string): Promise<void> => {
    begun.push(id);
    await (id === '3' ? hangs : Promise.resolve());
    open.delete(id);
    if (open.size === 1) stop.abort();
  };
  const running = keepBusy({ hands: [hands], everyMs: 1, signal: stop.signal }, () => {
    const due = [...open].filter((id) => !hands.ids.includes(id)).slice(0, hands.free);
    for (const id of due) hands.begin(id, () => work(id));
    return Promise.resolve(due.length);
  });
  await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  expect([...open]).toEqual(['3']);
  end();
  await running;
  expect(begun.sort()).toEqual(Array.from({ length: 20 }, (_, n) => String(n)).sort());
});
