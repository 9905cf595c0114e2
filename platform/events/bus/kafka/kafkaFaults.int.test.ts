import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeOnKafka } from '#platform/testkit/kafka/describeOnKafka.ts';
import { startKafkaBroker, type KafkaBroker } from '#platform/testkit/kafka/kafkaBroker.ts';
import { superviseProcess } from '#platform/testkit/superviseProcess.ts';
import { until } from '#platform/testkit/until.ts';
import type { EventEnvelope } from '../../defineEvent.ts';
import type { BusMessage, EventBus } from '../../eventBus.ts';
import { openBus } from '../../fixtures/openBus.ts';

const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });
const value = (n: number) => ({ data: { n } }) as unknown as EventEnvelope;
const numberOf = ({ value: heard }: BusMessage) => (heard as { data: { n: number } }).data.n;
const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);
const keys = ['a', 'b', 'c', 'd', 'e', 'f'];

/** What was heard of each key. */
const record = () => {
  const heard = new Map<string, number[]>(keys.map((key) => [key, []]));
  return {
    heard,
    add: (message: BusMessage) => {
      heard.get(message.key)?.push(numberOf(message));
    },
    has: (n: number) => keys.every((key) => heard.get(key)!.includes(n)),
  };
};
/** Each number when it was first heard. */
const firsts = (numbers: readonly number[] = []) => [...new Set(numbers)];

describeOnKafka('Kafka under faults', () => {
  let broker: KafkaBroker;
  beforeAll(async () => {
    broker = await startKafkaBroker();
  });
  afterAll(() => broker.stop('SIGKILL'));

  describe.each(['kafkajs', 'platformatic'] as const)('%s', (client) => {
    const address = () => `${client}://${broker.brokers}`;
    const buses: EventBus[] = [];
    const open = async () => {
      const bus = await openBus(address(), log);
      buses.push(bus);
      return bus;
    };
    afterEach(async () => {
      await Promise.all(buses.splice(0).map((bus) => bus.close()));
    });
    /** As a relay does: the same again until it is acknowledged, and only then the next. */
    const publishAll = async (bus: EventBus, topic: string, from: number, to: number) => {
      let rejected = 0;
      for (let n = from; n <= to;) {
        await bus
          .publish(
            topic,
            keys.map((key) => ({ key, value: value(n) })),
          )
          .then(
            () => {
              n += 1;
            },
            () => {
              rejected += 1;
            },
          );
      }
      return rejected;
    };
    const fresh = () => ({ topic: `fault-${randomUUID()}.v1`, group: `group-${randomUUID()}` });

    it('loses nothing and keeps the order when the broker is killed amid publishing and consuming', async () => {
      const { topic, group } = fresh();
      const [publisher, hearer] = [await open(), await open()];
      const [handled, tailed] = [record(), record()];
      await hearer.consume(group, [topic], async (message) => handled.add(message));
      await hearer.tail([topic], tailed.add);
      const publishing = publishAll(publisher, topic, 1, 2_000);
      await until(() => handled.heard.get('a')!.length > 50);
      await broker.stop('SIGKILL');
      await broker.start();
      await publishing;
      await until(() => handled.has(2_000) && tailed.has(2_000), { timeoutMs: 60_000 });
      for (const key of keys) {
        expect(firsts(handled.heard.get(key))).toEqual(upTo(2_000));
        expect(firsts(tailed.heard.get(key))).toEqual(upTo(2_000));
      }
    }, 120_000);

    it('rejects what it cannot publish while the broker is down, and goes on by itself when it is back', async () => {
      const { topic, group } = fresh();
      const bus = await open();
      const [handled, tailed] = [record(), record()];
      await bus.consume(group, [topic], async (message) => handled.add(message));
      await bus.tail([topic], tailed.add);
      await publishAll(bus, topic, 1, 3);
      await until(() => handled.has(3) && tailed.has(3));
      await broker.stop('SIGTERM');
      const publishing = publishAll(bus, topic, 4, 20);
      await expect(bus.publish(topic, [{ key: 'other', value: value(1) }])).rejects.toThrow();
      // Long enough for members and tails to be given up.
      await expect(bus.publish(topic, [{ key: 'other', value: value(1) }])).rejects.toThrow();
      await broker.start();
      expect(await publishing).toBeGreaterThan(0);
      await until(() => handled.has(20) && tailed.has(20), { timeoutMs: 60_000 });
      for (const key of keys)
        for (const { heard } of [handled, tailed]) expect(firsts(heard.get(key))).toEqual(upTo(20));
    }, 120_000);

    it('lets others take over from a member that hangs; when it goes on it begins nothing that is not its own any more', async () => {
      const { topic, group } = fresh();
      const bus = await open();
      await publishAll(bus, topic, 1, 10);
      const member = superviseProcess({
        script: new URL('../../fixtures/slowMember.ts', import.meta.url).pathname,
        args: [address(), group, topic, '200'],
        ready: /^joined/,
        restart: false,
      });
      try {
        await until(() => member.output.includes('begins a 2'), { timeoutMs: 30_000 });
        process.kill(member.pid, 'SIGSTOP');
        const handled = record();
        await bus.consume(group, [topic], async (message) => handled.add(message));
        await until(() => handled.has(10), { timeoutMs: 60_000 });
        const before = member.output.length;
        process.kill(member.pid, 'SIGCONT');
        await until(() => member.output.slice(before).includes('ends'), { timeoutMs: 20_000 });
        await publishAll(bus, topic, 11, 12);
        const linesOf = () => member.output.slice(before).split('\n');
        await until(
          () => keys.every((key) => handled.heard.get(key)!.includes(12) || linesOf().includes(`ends ${key} 12`)),
          { timeoutMs: 30_000 },
        );
        const begun = linesOf()
          .flatMap((line) => /^begins \w (\d+)/.exec(line)?.[1] ?? [])
          .map(Number);
        expect(begun.filter((n) => n <= 10)).toEqual([]);
      } finally {
        await member.kill('SIGKILL');
        await member.stop();
      }
    }, 120_000);
  });
});
