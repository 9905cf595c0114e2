import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Consumer } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import pino from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { freePort } from '#platform/postgres/freePort.ts';
import { superviseProcess } from '#platform/testkit/superviseProcess.ts';
import { describeOnKafka } from '#platform/testkit/kafka/describeOnKafka.ts';
import { sharedKafka } from '#platform/testkit/kafka/kafkaBroker.ts';
import { until } from '#platform/testkit/until.ts';
import { busContract } from '../../busContract.ts';
import type { EventEnvelope } from '../../defineEvent.ts';
import { usualTopic } from '../../eventBus.ts';
import { openBus } from '../../fixtures/openBus.ts';
import { kafkaBus } from './kafkaBus.ts';

const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });

/** What of either library asks a broker for messages. */
interface Fetching {
  fetch(...asked: unknown[]): Promise<unknown>;
}

describeOnKafka('Kafka', () => {
  for (const client of ['kafkajs', 'platformatic'] as const) {
    busContract(client, async () => {
      const broker = await sharedKafka();
      const address = `${client}://${broker}`;
      const raw = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.NOTHING }).producer();
      await raw.connect();
      return {
        createBus: () => openBus(address, log),
        spawnMember: (group, topic) =>
          superviseProcess({
            script: fileURLToPath(new URL('../../fixtures/stuckMember.ts', import.meta.url)),
            args: [address, group, topic],
            ready: /^joined/,
            restart: false,
          }),
        publishText: async (topic, key, text) => {
          await raw.send({ topic, messages: [{ key, value: text }] });
        },
        close: () => raw.disconnect(),
      };
    });
  }

  // Both at once: each waits for the time after which a member is taken to hang.
  it.concurrent.each([
    ['kafkajs', createRequire(import.meta.url)('kafkajs/src/broker') as { prototype: Fetching }],
    ['platformatic', Consumer as unknown as { prototype: Fetching }],
  ] as const)(
    'a member whose client hangs, so that it neither fetches nor says so, joins again: %s',
    async (client, { prototype }) => {
      const topic = `hung-${randomUUID()}.v1`;
      let hung: { mockRestore(): void } | undefined;
      const bus = await openBus(`${client}://${await sharedKafka()}`, log);
      const heard: string[] = [];
      const publish = (key: string) => bus.publish(topic, [{ key, value: {} as EventEnvelope }]);
      try {
        await bus.consume(`group-${randomUUID()}`, [topic], async ({ key }) => {
          heard.push(key);
        });
        await publish('first');
        await until(() => heard.includes('first'));
        const spy = vi.spyOn(prototype, 'fetch').mockImplementationOnce(() => new Promise(() => undefined));
        hung = spy;
        await until(() => spy.mock.calls.length > 0);
        await publish('second');
        await until(() => heard.includes('second'), { timeoutMs: 60_000 });
        expect(heard).toEqual(['first', 'second']);
      } finally {
        hung?.mockRestore();
        await bus.close();
      }
    },
    90_000,
  );

  it.each(['kafkajs', 'platformatic'] as const)(
    'hands on what a stranger sent, whatever it is, and what is behind it: %s',
    async (client) => {
      const broker = await sharedKafka();
      const topic = `strange-${randomUUID()}.v1`;
      const bus = await openBus(`${client}://${broker}`, log);
      const heard: string[] = [];
      const raw = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.NOTHING }).producer();
      await raw.connect();
      try {
        await bus.consume(`group-${randomUUID()}`, [topic], async ({ key }) => {
          heard.push(key);
        });
        await raw.send({
          topic,
          messages: [
            { partition: 0, key: Buffer.from([0, 0, 0, 0, 7]), value: 'no event' },
            { partition: 0, key: Buffer.from([0xff, 0xfe]), value: Buffer.from([0xc3, 0x28]) },
            { partition: 0, key: null, value: null },
            {
              partition: 0,
              key: 'k'.repeat(20_000),
              value: '',
              headers: { '': '', traceparent: Buffer.from([0xff, 0]), many: ['1', '2'] },
            },
            { partition: 0, key: 'last', value: '{}' },
          ],
        });
        await until(() => heard.includes('last'));
        expect(heard).toEqual(['\0\0\0\0\u0007', '\ufffd\ufffd', '', 'k'.repeat(20_000), 'last']);
      } finally {
        await Promise.all([raw.disconnect(), bus.close()]);
      }
    },
    90_000,
  );

  it.each(['kafkajs', 'platformatic'] as const)(
    'begins in many processes at once where there is no topic yet: %s',
    async (client) => {
      const broker = await sharedKafka();
      const topics = Array.from({ length: 8 }, () => usualTopic(`new-${randomUUID()}.v1`));
      const begun = await Promise.allSettled(
        Array.from({ length: 8 }, () => kafkaBus({ brokers: [broker], client, log, topics })),
      );
      await Promise.all(begun.flatMap((each) => (each.status === 'fulfilled' ? [each.value.close()] : [])));
      expect(begun.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))).toEqual([]);
    },
    120_000,
  );

  it.each([
    ['kafkajs', 'was deleted'],
    ['kafkajs', 'is not there any more, nor anything before it that it had not heard'],
    ['platformatic', 'was deleted'],
    ['platformatic', 'is not there any more, nor anything before it that it had not heard'],
  ] as const)(
    'lets a group go on with what is left where the message that it waits for %s: %s',
    async (client, what) => {
      const broker = await sharedKafka();
      const [topic, group] = [`moved-${randomUUID()}.v1`, `group-${randomUUID()}`];
      const admin = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.NOTHING }).admin();
      await admin.connect();
      const description = { name: topic, partitions: 1, retentionDays: 1 };
      const open = () => kafkaBus({ brokers: [broker], client, log, topics: [description] });
      const bus = await open();
      const publish = (...keys: string[]) =>
        bus.publish(
          topic,
          keys.map((key) => ({ key, value: {} as EventEnvelope })),
        );
      const heard: string[] = [];
      const hear = async ({ key }: { key: string }) => void heard.push(key);
      try {
        const first = await open();
        await first.consume(group, [topic], hear);
        await publish('a', 'b');
        await until(() => heard.length === 2);
        await first.close();
        await publish('c', 'd', 'e');
        if (what === 'was deleted')
          await until(async () => {
            await admin.fetchTopicOffsets(topic);
            await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '4' }] });
            return true;
          });
        else await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '1000' }] });
        await bus.consume(group, [topic], hear);
        await until(() => heard.includes('e'), { timeoutMs: 30_000 });
        await publish('f');
        await until(() => heard.includes('f'), { timeoutMs: 30_000 });
        if (what === 'was deleted') expect(heard).toEqual(['a', 'b', 'e', 'f']);
      } finally {
        await Promise.all([admin.disconnect(), bus.close()]);
      }
    },
    90_000,
  );

  it('lets the clients stand for each other: a key is in the same partition whoever publishes, and members of both share a group', async () => {
    const broker = await sharedKafka();
    const buses = await Promise.all(
      (['kafkajs', 'platformatic'] as const).map((client) => openBus(`${client}://${broker}`, log)),
    );
    const topic = `mixed-${randomUUID()}.v1`;
    const heard = [new Map<string, number[]>(), new Map<string, number[]>()];
    const keys = Array.from({ length: 40 }, (_, index) => `key:${index}`);
    try {
      for (const [index, bus] of buses.entries()) {
        await bus.consume('mixed', [topic], async ({ key, value }) => {
          const { n } = value as { n: number };
          heard[index]!.set(key, [...(heard[index]!.get(key) ?? []), n]);
        });
      }
      let n = 0;
      await until(
        async () => {
          n += 1;
          for (const bus of buses)
            await bus.publish(
              topic,
              keys.map((key) => ({ key, value: { n } as unknown as EventEnvelope })),
            );
          return heard.every((each) => each.size > 0);
        },
        { timeoutMs: 20_000 },
      );
      await until(() => keys.every((key) => heard.some((each) => each.get(key)?.at(-1) === n)));
      // Once shared, no key goes to both, though both publish it.
      heard.forEach((each) => each.clear());
      for (const bus of buses)
        await bus.publish(
          topic,
          keys.map((key) => ({ key, value: { n: -1 } as unknown as EventEnvelope })),
        );
      await until(() =>
        keys.every((key) => heard.flatMap((each) => each.get(key) ?? []).filter((each) => each === -1).length >= 2),
      );
      expect(heard.map((each) => each.size > 0)).toEqual([true, true]);
      expect(keys.filter((key) => heard.every((each) => each.has(key)))).toEqual([]);
    } finally {
      await Promise.all(buses.map((bus) => bus.close()));
    }
  });

  describe.each(['kafkajs', 'platformatic'] as const)('%s', (client) => {
    it('makes topics as they are described, tells what an existing one is not, and leaves it so', async () => {
      const brokers = [await sharedKafka()];
      const name = `described-${randomUUID()}.v1`;
      const warned: unknown[] = [];
      const telling = {
        ...log,
        debug: () => undefined,
        warn: (line: unknown) => warned.push(line),
      } as unknown as typeof log;
      const open = async (partitions: number, retentionDays: number) =>
        (await kafkaBus({ brokers, client, log: telling, topics: [{ name, partitions, retentionDays }] })).close();
      await open(3, 2);
      await open(3, 2);
      expect(warned).toEqual([]);
      await open(2, 5);
      expect(warned).toEqual([
        `the topic ${name} has partitions 3 where 2 is described, retention.ms 172800000 where 432000000 is described; it is left as it is`,
      ]);
      await open(3, 2);
      expect(warned).toHaveLength(1);
    });

    it('tells how far each of its groups is behind: nothing acknowledged, all of it, some of it', async () => {
      const bus = await kafkaBus({ brokers: [await sharedKafka()], client, log });
      const topic = `lagging-${randomUUID()}.v1`;
      const group = `lagging-${randomUUID()}`;
      const publish = (from: number) =>
        bus.publish(
          topic,
          Array.from({ length: 10 }, (_, n) => ({
            key: `key:${n}`,
            value: { n: from + n } as unknown as EventEnvelope,
          })),
        );
      try {
        await publish(0);
        let handled = 0;
        let open = false;
        const first = await bus.consume(group, [topic], async () => {
          if (!open) throw new Error('not yet');
          handled += 1;
        });
        expect(await bus.lag()).toEqual([{ group, messages: 10 }]);
        open = true;
        await until(() => handled === 10);
        await until(async () => (await bus.lag())[0]?.messages === 0);
        await first.close();
        await publish(10);
        expect(await bus.lag()).toEqual([{ group, messages: 10 }]);
      } finally {
        await bus.close();
      }
    });

    it('says in one line that no broker answers', async () => {
      const port = await freePort();
      await expect(kafkaBus({ brokers: [`127.0.0.1:${port}`], client, log })).rejects.toThrow(
        new RegExp(`^Kafka at 127\\.0\\.0\\.1:${port} cannot be used \\(.+\\): start it, or set KAFKA_BROKERS\\.$`),
      );
    });
  });
});
