import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startKafkaProcess, stopKafkaProcess } from '#platform/localBroker/kafkaProcess.ts';
import { certificates } from '#platform/testkit/certificates.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { describeOnKafka } from '#platform/testkit/kafka/describeOnKafka.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { until } from '#platform/testkit/until.ts';
import { kafkaBus, type KafkaClientName } from './kafkaBus.ts';
import type { KafkaSecurity } from './kafkaClient.ts';

const password = 'right-password';

describeOnKafka('brokers that let not everybody in', () => {
  let broker: ChildProcess;
  let port: number;
  let ca: string;
  let foreignCa: string;

  beforeAll(async () => {
    port = await freePortBlock(3);
    const own = certificates();
    [ca, foreignCa] = [readFileSync(own.ca, 'utf8'), readFileSync(certificates().ca, 'utf8')];
    broker = await startKafkaProcess({
      folder: temporaryFolder('secured'),
      port,
      controllerPort: port + 1,
      secured: { port: port + 2, keyStore: own.keyStore, username: 'app', password },
    });
  }, 90_000);
  afterAll(() => stopKafkaProcess(broker, 'SIGKILL'));

  const open = (client: KafkaClientName, security: KafkaSecurity) =>
    kafkaBus({ brokers: [`127.0.0.1:${port + 2}`], client, security, log: pino({ level: 'silent' }) });
  const sasl = (mechanism: NonNullable<KafkaSecurity['sasl']>['mechanism'], secret = password) => ({
    mechanism,
    username: 'app',
    password: secret,
  });

  it.each([
    ['kafkajs', 'plain'],
    ['kafkajs', 'scram-sha-256'],
    ['kafkajs', 'scram-sha-512'],
    ['platformatic', 'plain'],
    ['platformatic', 'scram-sha-256'],
    ['platformatic', 'scram-sha-512'],
  ] as const)(
    'carry events by %s with %s over TLS',
    async (client, mechanism) => {
      const bus = await open(client, { tls: { ca }, sasl: sasl(mechanism) });
      const topic = `secured-${client}-${mechanism}`;
      const heard: unknown[] = [];
      const tail = await bus.tail([topic], ({ value }) => {
        heard.push(value);
      });
      await bus.publish(topic, [{ key: 'a', value: { told: mechanism } as never }]);
      await until(() => heard.length > 0, { timeoutMs: 20_000 });
      expect(heard).toEqual([{ told: mechanism }]);
      await tail.close();
      await bus.close();
    },
    60_000,
  );

  it.each(['kafkajs', 'platformatic'] as const)(
    'are told from others, and tell others from us, by %s',
    async (client) => {
      await expect(open(client, { tls: { ca: foreignCa }, sasl: sasl('plain') })).rejects.toThrow(
        /^Kafka at .* cannot be used/,
      );
      await expect(open(client, { tls: { ca }, sasl: sasl('scram-sha-256', 'wrong-password') })).rejects.toThrow(
        /^Kafka at .* cannot be used/,
      );
    },
    90_000,
  );
});
