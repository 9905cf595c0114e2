import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import { until } from '#platform/testkit/until.ts';
import { FakeDomain } from '../../testkit/fakeDomain.ts';
import type { FeedAddress } from './feedAddress.ts';
import { StreamHub, type HubOptions } from './streamHub.ts';

const store: FeedAddress = { domain: 'orders', topic: 'orders.v1', kind: 'declared', key: 'store:7' };
const log = pino({ level: 'silent' });

const eventAt = (version: number, size = 0): EventEnvelope => ({
  eventId: `e${version}`,
  eventType: 'Changed',
  version: '1.0',
  timestamp: '',
  source: '',
  data: 'x'.repeat(size),
  metadata: {
    aggregateId: `order:${version}`,
    aggregateVersion: 1,
    feed: 'store:7',
    feedVersion: version,
    causationId: '',
    correlationId: '',
    traceparent: '',
    actor: '',
  },
});

async function followed(options: Partial<HubOptions> = {}, from = 0) {
  const domain = new FakeDomain();
  for (let version = 1; version <= from; version += 1) domain.say('orders.v1', eventAt(version));
  const hub = new StreamHub(domain, { reader: domain, log, gapMs: 5, ...options });
  await hub.listen(['orders.v1']);
  const heard: (number | string)[] = [];
  const follow = () =>
    hub.follow(store, { event: ({ version }) => heard.push(version), lost: (reason) => heard.push(reason) });
  const following = follow();
  await following.ready;
  return {
    domain,
    hub,
    heard,
    follow,
    following,
    say: (...versions: number[]) => versions.forEach((version) => domain.say('orders.v1', eventAt(version))),
  };
}

describe('a feed', () => {
  it('delivers each event once and in order, however the bus repeats and mixes them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ version: fc.integer({ min: 1, max: 20 }), lost: fc.boolean() }), { maxLength: 60 }),
        async (says) => {
          const { domain, heard, hub } = await followed({ sweepMs: 5 });
          // The domain's log is in order; the bus loses, repeats and reorders.
          domain.loses = () => true;
          for (let version = 1; version <= 20; version += 1) domain.say('orders.v1', eventAt(version));
          for (const { version, lost } of says) if (!lost) domain.repeat('orders.v1', eventAt(version));
          await until(() => heard.length === 20);
          expect(heard).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
          await hub.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('waits for a late event before it asks the domain', async () => {
    const { heard, say, domain } = await followed({ gapMs: 10_000 });
    const before = domain.reads;
    say(2, 3, 1);
    expect(heard).toEqual([1, 2, 3]);
    expect(domain.reads).toBe(before);
  });

  it('begins at the version that the domain reports when following begins', async () => {
    const { heard, say, following } = await followed({}, 5);
    expect(following.head).toBe(5);
    say(4, 5, 6);
    expect(heard).toEqual([6]);
  });

  it('loses no event while it asks the domain for the version, nor between two followers', async () => {
    const { heard, say, following, follow } = await followed();
    following.stop();
    const given = follow();
    say(1);
    given.stop();
    say(2);
    heard.length = 0;
    const last = follow();
    say(3);
    await last.ready;
    say(4);
    expect([last.head, heard]).toEqual([4, [3, 4]]);
  });

  it('reports events as lost that the domain no longer has or cannot return, and goes on', async () => {
    const { domain, heard, say } = await followed({ gapMs: 1 });
    domain.isDown = true;
    say(1, 3);
    await until(() => heard.length === 3);
    expect(heard).toEqual([1, 'gap', 3]);
    domain.isDown = false;
    domain.forgotten = 6;
    domain.loses = ({ metadata }) => metadata.feedVersion! < 7;
    say(4, 5, 6, 7);
    await until(() => heard.includes(7));
    expect(heard).toEqual([1, 'gap', 3, 'expired', 7]);
  });

  it('notices that the domain has another history', async () => {
    const { domain, heard, say, following } = await followed({ sweepMs: 5 }, 5);
    domain.beginAnew();
    await until(() => heard.length === 1);
    expect([heard, following.head, following.epoch]).toEqual([['epoch-changed'], 0, 'epoch2']);
    say(1);
    expect(heard).toEqual(['epoch-changed', 1]);
  });

  it('keeps its latest events up to a number, and up to a sum of bytes, and reads others from the domain', async () => {
    const { domain, say, following, hub } = await followed({ ringSize: 10, maxKeptBytes: 8_000 });
    say(...Array.from({ length: 20 }, (_, at) => at + 1));
    const before = domain.reads;
    expect(((await following.between(12, 20)) as unknown[]).length).toBe(8);
    expect(domain.reads).toBe(before);
    expect(((await following.between(9, 20)) as unknown[]).length).toBe(11);
    expect(domain.reads).toBe(before + 1);
    domain.say('orders.v1', eventAt(21, 10_000));
    await following.between(20, 21);
    expect(domain.reads).toBe(before + 2);
    domain.forgotten = 15;
    expect(await following.between(9, 21)).toBe('expired');
    await hub.close();
  });
});
