import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
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
  afterAll(() => broker?.stop('SIGKILL'));

  // One outage of the broker serves both clients at once: it takes longer than what each of them does about it.
  const clients = ['kafkajs', 'platformatic'] as const;
  type ClientName = (typeof clients)[number];
  const withBoth = <T>(work: (client: ClientName) => Promise<T>): Promise<T[]> => Promise.all(clients.map(work));

  const addressOf = (client: ClientName) => `${client}://${broker.brokers}`;
  const buses: EventBus[] = [];
  let over = false;
  const open = async (client: ClientName) => {
    const bus = await openBus(addressOf(client), log);
    buses.push(bus);
    return bus;
  };
  beforeEach(() => {
    over = false;
  });
  afterEach(async () => {
    over = true;
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
  });
  /** As a relay does: the same again until it is acknowledged, and only then the next. */
  const publishAll = async (bus: EventBus, topic: string, from: number, to: number) => {
    let rejected = 0;
    for (let n = from; n <= to && !over;) {
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
  type Record = ReturnType<typeof record>;
  /** Each key's numbers were heard up to this one, in order, by the group and by the tail. */
  const heardUpTo = async (last: number, client: ClientName, ...records: Record[]) => {
    await until(() => records.every((each) => each.has(last)), { timeoutMs: 60_000, what: `${client} heard ${last}` });
    for (const key of keys) for (const { heard } of records) expect(firsts(heard.get(key)), client).toEqual(upTo(last));
  };

  it('loses nothing and keeps the order when the broker is killed amid publishing and consuming', async () => {
    const begun = await withBoth(async (client) => {
      const { topic, group } = fresh();
      const [publisher, hearer] = [await open(client), await open(client)];
      const [handled, tailed] = [record(), record()];
      await hearer.consume(group, [topic], async (message) => handled.add(message));
      await hearer.tail([topic], tailed.add);
      const publishing = publishAll(publisher, topic, 1, 1_000);
      await until(() => handled.heard.get('a')!.length > 50);
      expect(handled.has(1_000), client).toBe(false);
      return { client, publishing, handled, tailed };
    });
    await broker.stop('SIGKILL');
    await broker.start();
    await Promise.all(begun.map(({ publishing }) => publishing));
    for (const { client, handled, tailed } of begun) await heardUpTo(1_000, client, handled, tailed);
  }, 120_000);

  it('rejects what it cannot publish while the broker is down, and goes on by itself when it is back', async () => {
    const begun = await withBoth(async (client) => {
      const { topic, group } = fresh();
      const bus = await open(client);
      const [handled, tailed] = [record(), record()];
      await bus.consume(group, [topic], async (message) => handled.add(message));
      await bus.tail([topic], tailed.add);
      await publishAll(bus, topic, 1, 3);
      await until(() => handled.has(3) && tailed.has(3));
      return { client, bus, topic, handled, tailed };
    });
    await broker.stop('SIGTERM');
    const publishing = begun.map(({ bus, topic }) => publishAll(bus, topic, 4, 20));
    await Promise.all(
      begun.map(async ({ client, bus, topic }) => {
        // Twice: long enough for members and tails to be given up.
        for (let times = 0; times < 2; times += 1)
          await expect(bus.publish(topic, [{ key: 'other', value: value(1) }]), client).rejects.toThrow();
      }),
    );
    await broker.start();
    for (const rejected of await Promise.all(publishing)) expect(rejected).toBeGreaterThan(0);
    for (const { client, handled, tailed } of begun) await heardUpTo(20, client, handled, tailed);
  }, 120_000);

  it('goes on by itself with a broker that has lost its data: makes the topic again, and hears what comes into it', async () => {
    const begun = await withBoth(async (client) => {
      const { topic, group } = fresh();
      const bus = await open(client);
      const [handled, tailed] = [record(), record()];
      await bus.consume(group, [topic], async (message) => handled.add(message));
      await bus.tail([topic], tailed.add);
      await publishAll(bus, topic, 1, 5);
      await until(() => handled.has(5) && tailed.has(5));
      await until(async () => (await bus.lag()).every(({ messages }) => messages === 0));
      return { client, bus, topic, handled, tailed };
    });
    await broker.stop('SIGKILL');
    broker.loseData();
    await broker.start();
    // Fewer than there were: the new topic is shorter than what was read of the old one.
    await Promise.all(begun.map(({ bus, topic }) => publishAll(bus, topic, 6, 8)));
    for (const { client, handled, tailed } of begun) await heardUpTo(8, client, handled, tailed);
  }, 120_000);

  it('lets others take over from a member that hangs; when it goes on it begins nothing that is not its own any more', async () => {
    await withBoth(async (client) => {
      const { topic, group } = fresh();
      const bus = await open(client);
      await publishAll(bus, topic, 1, 10);
      const member = superviseProcess({
        script: fileURLToPath(new URL('../../fixtures/slowMember.ts', import.meta.url)),
        args: [addressOf(client), group, topic, '200'],
        ready: /^joined/,
        restart: false,
      });
      try {
        await until(() => member.output.includes('begins a 2'), { timeoutMs: 60_000 });
        process.kill(member.pid, 'SIGSTOP');
        const handled = record();
        await bus.consume(group, [topic], async (message) => handled.add(message));
        await until(() => handled.has(10), { timeoutMs: 60_000 });
        const before = member.output.length;
        process.kill(member.pid, 'SIGCONT');
        await until(() => member.output.slice(before).includes('ends'));
        await publishAll(bus, topic, 11, 12);
        const linesOf = () => member.output.slice(before).split('\n');
        await until(
          () => keys.every((key) => handled.heard.get(key)!.includes(12) || linesOf().includes(`ends ${key} 12`)),
          { timeoutMs: 60_000 },
        );
        const begun = linesOf()
          .flatMap((line) => /^begins \w (\d+)/.exec(line)?.[1] ?? [])
          .map(Number);
        expect(
          begun.filter((n) => n <= 10),
          client,
        ).toEqual([]);
      } finally {
        await member.kill('SIGKILL');
        await member.stop();
      }
    });
  }, 240_000);
});
