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
    isItem: (kept): kept is { key: string } => typeof (kept as { key?: unknown } | null)?.key === 'string',
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

test('drops what is no item, such as what an older version of the page has kept', async () => {
  const storage = memory();
  storage.setItem('taps', JSON.stringify([null, 7, { tap: 'b' }, { key: 'a' }]));
  const window = windowOn(storage);
  window.queue.add({ key: 'c' });
  await window.answer();
  expect(window.sent.at(-1)).toBe('c');
  expect(keptBy(storage)).toEqual([]);
});

test('goes on after a failure in the page', async () => {
  let failures = 0;
  const sent: string[] = [];
  const queue = new KeptQueue<string>({
    ...{ storage: memory(), name: 'taps', againMs: 1, isItem: (kept) => typeof kept === 'string' },
    send: (item) => {
      if (failures++ < 2) throw new Error('a mistake of the page');
      sent.push(item);
      return Promise.resolve({ instead: [] });
    },
  });
  queue.add('a');
  queue.add('b');
  await vi.waitFor(() => expect(sent).toEqual(['a', 'b']));
});
