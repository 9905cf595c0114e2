import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import { until } from '#platform/testkit/until.ts';
import { FakeDomain } from '../../testkit/fakeDomain.ts';
import { FakeTail } from '../../testkit/fakeTail.ts';
import type { FeedAddress } from './feedAddress.ts';
import { StreamHub } from './streamHub.ts';

it('listens again to a topic that failed the first time', async () => {
  const bus = new FakeTail();
  const down = { tail: () => Promise.reject(new Error('the broker is away')) };
  let from: Pick<FakeTail, 'tail'> = down;
  const hub = new StreamHub(
    { tail: (topics, handle) => from.tail(topics, handle) },
    { log: pino({ level: 'silent' }) },
  );
  await expect(hub.listen(['orders.v1'])).rejects.toThrow('the broker is away');
  from = bus;
  await hub.listen(['orders.v1', 'stores.v1']);
  expect(bus.open).toEqual(['orders.v1', 'stores.v1']);
  await hub.close();
  expect(bus.open).toEqual([]);
});

describe('the versions of the followed feeds', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are asked for in batches, each feed once per round', async () => {
    vi.useFakeTimers();
    const asked: string[] = [];
    const reader = {
      read: ({ key }: FeedAddress) => {
        asked.push(key);
        return Promise.resolve({ epoch: 'e', version: 0, events: [] });
      },
    };
    const hub = new StreamHub(new FakeTail(), { reader, sweepMs: 10_000, log: pino({ level: 'silent' }) });
    const follows = Array.from({ length: 450 }, (_, n) =>
      hub.follow(
        { domain: 'orders', topic: 'orders.v1', kind: 'aggregate', key: `order:${n}` },
        { event: () => undefined, lost: () => undefined },
      ),
    );
    await Promise.all(follows.map(({ ready }) => ready));
    for (let round = 0; round < 2; round += 1) {
      asked.splice(0);
      let most = 0;
      for (let step = 0; step < 100; step += 1) {
        const before = asked.length;
        await vi.advanceTimersByTimeAsync(100);
        most = Math.max(most, asked.length - before);
        if (round === 1 && step === 0) follows[449]!.stop();
      }
      expect(most).toBe(200);
      expect([...new Set(asked)].length).toBe(asked.length);
      // A round begins 10 s after the one before, in the last step of this loop. So the first pass of the loop sees
      // only the first batch of a round, and the second pass the rest of that round and the first batch of the next;
      // one feed is not followed any more by then.
      expect(asked.length).toBe(round === 0 ? 200 : 449);
    }
    await hub.close();
    asked.splice(0);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked).toEqual([]);
  });
});

describe('messages on a topic that are no events with versions', () => {
  const order: FeedAddress = { domain: 'orders', topic: 'orders.v1', kind: 'aggregate', key: 'order:o1' };
  const board: FeedAddress = { ...order, kind: 'declared', key: 'store:1' };
  const sound = { aggregateId: 'order:o1', aggregateVersion: 9, feed: 'store:1', feedVersion: 9 };
  const malformed: unknown[] = [
    'text',
    null,
    { eventType: 'OrderStatusChanged' },
    { eventType: 'OrderStatusChanged', metadata: null },
    { metadata: sound },
    ...[
      { aggregateVersion: undefined },
      { aggregateVersion: null },
      { aggregateVersion: '9' },
      { aggregateVersion: Number.NaN },
      { aggregateVersion: 1.5 },
      { aggregateVersion: 0 },
      { aggregateId: undefined },
      { aggregateId: 7 },
      { feed: 7 },
      { feedVersion: null },
      { feedVersion: '9' },
      { feedVersion: -1 },
    ].map((changed) => ({ eventType: 'OrderStatusChanged', metadata: { ...sound, ...changed } })),
  ];
  const withoutFeedVersion = {
    eventType: 'OrderStatusChanged',
    metadata: { ...sound, aggregateId: 'order:o2', feedVersion: undefined },
  };

  it.each([
    ['whose domain can be asked', true],
    ['whose domain cannot be asked', false],
  ])('ends no feed %s, and is logged once', async (_what, asks) => {
    const bus = new FakeDomain();
    const lines: string[] = [];
    const hub = new StreamHub(bus, {
      reader: asks ? bus : undefined,
      gapMs: 5,
      log: pino(
        { level: 'warn' },
        {
          write: (line: string) => {
            lines.push(line);
          },
        },
      ),
    });
    await hub.listen(['orders.v1']);
    const heard: string[] = [];
    for (const address of [order, board]) {
      await hub.follow(address, {
        event: ({ version }) => heard.push(`${address.kind} ${version}`),
        lost: (reason) => heard.push(reason),
      }).ready;
    }
    for (const value of [...malformed, withoutFeedVersion]) bus.repeat('orders.v1', value as EventEnvelope);
    for (const version of [1, 2]) bus.statusChanged('o1', version, 'S');
    await until(() => heard.length === 4);
    expect(heard).toEqual(['aggregate 1', 'declared 1', 'aggregate 2', 'declared 2']);
    expect(lines.length).toBe(1);
    await hub.close();
  });
});
