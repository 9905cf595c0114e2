import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { until } from '#platform/testkit/until.ts';
import type { EventEnvelope } from './defineEvent.ts';
import type { BusMessage, EventBus } from './eventBus.ts';

/** What an adapter's test brings along. */
export interface BusHarness {
  /** A bus of its own, as another process would have: own connections, own membership. */
  createBus(): Promise<EventBus>;
  /**
   * Another process whose bus joins the group, prints the key of each message it is handed, and never finishes handling
   * it. Ready when it has joined.
   */
  spawnMember(group: string, topic: string): SupervisedProcess;
  /** Puts text on a topic that no publisher of ours would. */
  publishText(topic: string, key: string, text: string): Promise<void>;
  close(): Promise<void>;
}

/** A message with a number, for checking order. The bus does not look into envelopes. */
const message = (key: string, n: number) => ({
  key,
  value: {
    eventId: randomUUID(),
    eventType: 'Numbered',
    version: '1.0',
    timestamp: new Date(0).toISOString(),
    source: 'test',
    data: { n },
    metadata: {
      aggregateId: key,
      aggregateVersion: n,
      causationId: '',
      correlationId: '',
      traceparent: '',
      actor: 'service:test',
    },
  } satisfies EventEnvelope<{ n: number }>,
});
const numberOf = (heard: BusMessage) => (heard.value as EventEnvelope<{ n: number }>).data.n;
const numbered = (key: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => message(key, from + index));

/** The numbers heard of each key, in the order they were heard. */
class Record {
  readonly byKey = new Map<string, number[]>();
  count = 0;

  readonly add = (heard: BusMessage): void => {
    const numbers = this.byKey.get(heard.key) ?? [];
    this.byKey.set(heard.key, numbers);
    numbers.push(numberOf(heard));
    this.count += 1;
  };

  of(key: string): number[] {
    return this.byKey.get(key) ?? [];
  }
}

const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);
const keys = Array.from({ length: 24 }, (_, index) => `thing:${index}`);

/** What every adapter of the EventBus port keeps, shown on a real broker. */
export function busContract(adapter: string, start: () => Promise<BusHarness>): void {
  describe(`${adapter} keeps the contract of the event bus`, () => {
    let harness: BusHarness;
    let bus: EventBus;
    const open: EventBus[] = [];
    const another = async () => {
      const made = await harness.createBus();
      open.push(made);
      return made;
    };
    const fresh = () => ({ topic: `contract-${randomUUID()}.v1`, group: `group-${randomUUID()}` });

    beforeAll(async () => {
      harness = await start();
      bus = await another();
    });
    afterAll(async () => {
      await Promise.all(open.map((each) => each.close()));
      // Nothing to close where it did not start: that it did not is told.
      await harness?.close();
    });

    it('keeps the order of each key, and loses nothing', async () => {
      const { topic, group } = fresh();
      const heard = new Record();
      await bus.consume(group, [topic], async (each) => heard.add(each));
      for (let from = 1; from <= 91; from += 10) {
        await bus.publish(
          topic,
          upTo(10).flatMap((n) => keys.map((key) => message(key, from + n - 1))),
        );
      }
      await until(() => heard.count >= 2400);
      for (const key of keys) expect(heard.of(key)).toEqual(upTo(100));
    });

    it('keeps the order of each key when its messages are published one by one', async () => {
      const { topic, group } = fresh();
      const heard = new Record();
      await bus.consume(group, [topic], async (each) => heard.add(each));
      for (const n of upTo(20)) await bus.publish(topic, [message('a', n)]);
      await until(() => heard.count >= 20);
      expect(heard.of('a')).toEqual(upTo(20));
    });

    it('takes as many bytes in one call as there are: a backlog of large events is no reason to stand still', async () => {
      const { topic, group } = fresh();
      const heard = new Record();
      await bus.consume(group, [topic], async (each) => heard.add(each));
      const large = numbered('a', 1, 60).map(({ key, value }) => ({
        key,
        value: { ...value, data: { ...value.data, text: 'é'.repeat(20_000) } },
      }));
      await bus.publish(topic, large);
      await until(() => heard.count >= 60);
      expect(heard.of('a')).toEqual(upTo(60));
    });

    it('lets a new group begin with the oldest message, and each group hear all', async () => {
      const { topic, group } = fresh();
      await bus.publish(topic, numbered('a', 1, 5));
      const [one, two] = [new Record(), new Record()];
      await bus.consume(group, [topic], async (each) => one.add(each));
      await bus.consume(`${group}-b`, [topic], async (each) => two.add(each));
      await until(() => one.count >= 5 && two.count >= 5);
      expect([one.of('a'), two.of('a')]).toEqual([upTo(5), upTo(5)]);
    });

    it('lets one group hear several topics', async () => {
      const [first, second] = [fresh(), fresh()];
      const heard: string[] = [];
      await bus.consume(first.group, [first.topic, second.topic], async ({ topic }) => {
        heard.push(topic);
      });
      await bus.publish(second.topic, [message('a', 1)]);
      await bus.publish(first.topic, [message('a', 1)]);
      await until(() => heard.length >= 2);
      expect(new Set(heard)).toEqual(new Set([first.topic, second.topic]));
    });

    it('delivers again what a handler failed to handle, before what is behind it; other partitions move on', async () => {
      const { topic, group } = fresh();
      const tried: number[] = [];
      const others = new Record();
      let healed = false;
      await bus.consume(group, [topic], async (each) => {
        if (each.key !== 'sick') return others.add(each);
        tried.push(numberOf(each));
        if (!healed && numberOf(each) === 2) throw new Error('not now');
      });
      await bus.publish(topic, [...numbered('sick', 1, 3), ...keys.map((key) => message(key, 1))]);
      await until(() => tried.filter((n) => n === 2).length >= 2 && others.count >= keys.length / 2);
      expect(tried).not.toContain(3);
      healed = true;
      await until(() => tried.includes(3) && others.count >= keys.length);
      expect(tried.filter((n, index) => n !== tried[index - 1])).toEqual([1, 2, 3]);
    });

    it('shares the partitions among the members, and handles one message of a key at a time', async () => {
      const { topic, group } = fresh();
      const members = [new Record(), new Record()];
      const all = new Record();
      const inHand = new Set<string>();
      let overlaps = 0;
      for (const [index, record] of members.entries()) {
        await (index === 0 ? bus : await another()).consume(group, [topic], async (each) => {
          if (inHand.has(each.key)) overlaps += 1;
          inHand.add(each.key);
          await new Promise((resolve) => setImmediate(resolve));
          inHand.delete(each.key);
          record.add(each);
          all.add(each);
        });
      }
      let n = 0;
      await until(
        async () => {
          n += 1;
          await bus.publish(
            topic,
            keys.map((key) => message(key, n)),
          );
          return members.every(({ count }) => count > 0);
        },
        { timeoutMs: 20_000 },
      );
      await until(() => keys.every((key) => all.of(key).includes(n)));
      expect(overlaps).toBe(0);
      for (const key of keys) expect(distinct(all.of(key))).toEqual(upTo(n));
    });

    it('lets nobody else handle a key while one of its messages is in hand, however slowly, when a member joins', async () => {
      const { topic, group } = fresh();
      const [heard, joined] = [new Record(), new Record()];
      let finish: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const inHand: number[] = [];
      let overlaps = 0;
      const handle = (record: Record) => async (each: BusMessage) => {
        if (each.key === 'slow') {
          if (inHand.length) overlaps += 1;
          inHand.push(numberOf(each));
          await gate;
          inHand.pop();
        }
        record.add(each);
      };
      await bus.consume(group, [topic], handle(heard));
      await bus.publish(topic, numbered('slow', 1, 2));
      await until(() => inHand.length);
      const [others, second] = [keys.map((key) => message(key, 1)), await another()];
      await second.consume(group, [topic], handle(joined));
      await bus.publish(topic, [message('slow', 3), ...others]);
      // Those in the partition of the slow one wait.
      await until(() => heard.count + joined.count >= keys.length / 2);
      expect([inHand, heard.of('slow'), joined.of('slow')]).toEqual([[1], [], []]);
      finish();
      await until(
        () =>
          keys.every((key) => heard.of(key).length + joined.of(key).length > 0) &&
          [...heard.of('slow'), ...joined.of('slow')].includes(3),
        { timeoutMs: 20_000 },
      );
      expect(overlaps).toBe(0);
      expect(distinct([...heard.of('slow'), ...joined.of('slow')])).toEqual([1, 2, 3]);
    }, 40_000);

    it('goes on, in another member, after what a member acknowledged before it left', async () => {
      const { topic, group } = fresh();
      const [first, second] = [new Record(), new Record()];
      const leaving = await bus.consume(group, [topic], async (each) => first.add(each));
      await bus.publish(topic, numbered('a', 1, 10));
      await until(() => first.count >= 10);
      await leaving.close();
      await bus.publish(topic, numbered('a', 11, 15));
      await (await another()).consume(group, [topic], async (each) => second.add(each));
      await until(() => second.count >= 5);
      expect([first.of('a'), second.of('a')]).toEqual([upTo(10), [11, 12, 13, 14, 15]]);
    });

    it('gives what a killed member had in hand to another', async () => {
      const { topic, group } = fresh();
      await bus.publish(topic, numbered('a', 1, 3));
      const member = harness.spawnMember(group, topic);
      try {
        await member.whenReady();
        await until(() => member.output.includes('heard a 1'));
        const heard = new Record();
        await bus.consume(group, [topic], async (each) => heard.add(each));
        await member.kill('SIGKILL');
        await until(() => heard.count >= 3, { timeoutMs: 40_000 });
        expect(distinct(heard.of('a'))).toEqual([1, 2, 3]);
      } finally {
        await member.stop();
      }
    }, 60_000);

    it('lets the tail of every process hear everything from when it is live', async () => {
      const { topic } = fresh();
      const tails = [new Record(), new Record()];
      for (const [index, record] of tails.entries())
        await (index === 0 ? bus : await another()).tail([topic], record.add);
      await bus.publish(
        topic,
        upTo(20).flatMap((n) => keys.map((key) => message(key, n))),
      );
      await until(() => tails.every(({ count }) => count >= 20 * keys.length));
      for (const tail of tails) for (const key of keys) expect(tail.of(key)).toEqual(upTo(20));
    });

    it('stops a tail that is closed, and keeps one whose handler throws', async () => {
      const { topic } = fresh();
      const [closed, kept] = [new Record(), new Record()];
      const subscription = await bus.tail([topic], closed.add);
      await bus.tail([topic], (each) => {
        kept.add(each);
        throw new Error('a handler with a bug');
      });
      await bus.publish(topic, [message('a', 1)]);
      await until(() => closed.count >= 1);
      await subscription.close();
      await bus.publish(topic, [message('a', 2)]);
      await until(() => kept.of('a').includes(2));
      expect(closed.of('a')).toEqual([1]);
    });

    it('finishes what is in hand when it is closed, and hands nothing on', async () => {
      const { topic, group } = fresh();
      const closing = await another();
      const handled: number[] = [];
      let begun = false;
      let finish: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        finish = resolve;
      });
      await closing.consume(group, [topic], async (each) => {
        begun = true;
        await gate;
        handled.push(numberOf(each));
      });
      await bus.publish(topic, numbered('a', 1, 3));
      await until(() => begun);
      const closed = closing.close().then(() => [...handled]);
      finish();
      expect(await closed).toEqual([1]);
      const later: number[] = [];
      await bus.consume(group, [topic], async (each) => {
        later.push(numberOf(each));
      });
      await until(() => later.includes(3));
      expect({ handled, later }).toEqual({ handled: [1], later: [2, 3] });
    });

    it('hands over what is not JSON as text: it is for the handler to judge', async () => {
      const { topic, group } = fresh();
      const heard: unknown[] = [];
      await bus.consume(group, [topic], async ({ value }) => {
        heard.push(value);
      });
      await harness.publishText(topic, 'a', '{"eventId": ');
      await bus.publish(topic, [message('a', 1)]);
      await until(() => heard.length >= 2);
      expect(heard[0]).toBe('{"eventId": ');
    });

    it('takes several calls of one publisher at once', async () => {
      const { topic, group } = fresh();
      const heard = new Record();
      await bus.consume(group, [topic], async (each) => heard.add(each));
      await Promise.all(upTo(50).map((n) => bus.publish(topic, [message(`call:${n}`, n)])));
      await until(() => heard.count >= 50);
      for (const n of upTo(50)) expect(heard.of(`call:${n}`)).toEqual([n]);
    });

    it('takes messages of several publishers at once', async () => {
      const { topic, group } = fresh();
      const heard = new Record();
      const publishers = [bus, await another(), await another()];
      await bus.consume(group, [topic], async (each) => heard.add(each));
      await Promise.all(
        publishers.map(async (publisher, index) => {
          for (const n of upTo(20))
            await publisher.publish(
              topic,
              keys.map((key) => message(`${key}/${index}`, n)),
            );
        }),
      );
      await until(() => heard.count >= 3 * 20 * keys.length);
      for (const key of keys) for (const index of [0, 1, 2]) expect(heard.of(`${key}/${index}`)).toEqual(upTo(20));
    });
  });
}

/**
 * Without repeated deliveries, of which an at-least-once bus may have some, each run of them from the first repeated
 * one.
 */
function distinct(numbers: readonly number[]): number[] {
  let highest = 0;
  return numbers.filter((n) => {
    if (n <= highest) return false;
    highest = n;
    return true;
  });
}
