import { createRequire } from 'node:module';
import { afterEach, expect, it, vi } from 'vitest';

interface RequestQueue {
  checkPendingRequests(): void;
  destroy(): void;
}
const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as new (
  options: object,
) => RequestQueue;

afterEach(() => vi.useRealTimers());

// patches/kafkajs@2.2.4.patch: as it was released, the queue looks again every millisecond, for as long as the
// connection lives.
it('a connection of kafkajs that has nothing to send sleeps until it has', () => {
  vi.useFakeTimers();
  const queue = new RequestQueue({
    maxInFlightRequests: 1,
    requestTimeout: 10_000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: 'test',
    logger: { debug: () => undefined },
  });
  queue.checkPendingRequests();
  expect(vi.getTimerCount()).toBe(0);
  queue.destroy();
});
