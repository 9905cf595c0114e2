import { expect, test, vi } from 'vitest';
import { KeptQueue } from './keptQueue.ts';

const memory = () => {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
};

/** A window of a browser. `answer` lets what it sends arrive. */
function windowOn(storage: Pick<Storage, 'getItem' | 'setItem'>) {
  const sent: string[] = [];
  let reachable = false;
  const queue = new KeptQueue<{ key: string }>({
    storage,
    name: 'taps',
    againMs: 1_000_000,
    send: ({ key }) => {
      sent.push(key);
      return Promise.resolve(reachable ? { instead: [] } : 'unreached');
    },
  });
  return {
    queue,
    sent,
    answer: async () => {
      reachable = true;
      await vi.waitFor(() => {
        queue.hurry();
        expect(queue.items).toEqual([]);
      });
    },
  };
}

const keptBy = (storage: Pick<Storage, 'getItem'>) =>
  (JSON.parse(storage.getItem('taps') ?? '[]') as { key: string }[]).map(({ key }) => key);

test('two windows keep what waits in either of them', async () => {
  const storage = memory();
  const [left, right] = [windowOn(storage), windowOn(storage)];
  left.queue.add({ key: 'a' });
  right.queue.add({ key: 'b' });
  left.queue.add({ key: 'c' });
  expect(keptBy(storage).sort()).toEqual(['a', 'b', 'c']);

  await left.answer();
  expect(keptBy(storage)).toEqual(['b']);

  const afterReload = windowOn(storage);
  expect(afterReload.sent).toEqual(['b']);
  await afterReload.answer();
  expect(keptBy(storage)).toEqual([]);
});

test('sends what cannot be kept, because the storage is full', async () => {
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new DOMException('full', 'QuotaExceededError');
    },
  };
  const window = windowOn(full);
  window.queue.add({ key: 'a' });
  expect(window.sent).toEqual(['a']);
  await window.answer();
});
