import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { underDeadline } from './underDeadline.ts';

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    else signal.addEventListener('abort', () => resolve(signal.reason));
  });

it('fires when the time is over', async () => {
  expect(await underDeadline(5, new AbortController().signal, aborted)).toMatchObject({ name: 'TimeoutError' });
});

it('fires when that ends in which it runs, or has ended', async () => {
  const service = new AbortController();
  const running = underDeadline(60_000, service.signal, aborted);
  service.abort('stopped');
  expect(await running).toBe('stopped');
  expect(await underDeadline(60_000, service.signal, aborted)).toBe('stopped');
});

it('leaves nothing behind in a signal that outlives it', async () => {
  const { signal } = new AbortController();
  for (let call = 0; call < 100; call++) {
    await underDeadline(60_000, signal, () => Promise.resolve());
    await underDeadline(60_000, signal, () => Promise.reject(new Error('refused'))).catch(() => undefined);
  }
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('may be called often at once, without a warning of a leak', async () => {
  const warnings: string[] = [];
  const hear = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', hear);
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 20 }, () => underDeadline(60_000, signal, () => Promise.resolve())));
  // Node gives its warnings in a tick of their own.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', hear);
  expect(warnings).toEqual([]);
});
