import { createConnection } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { describeOnKafka } from '#platform/testkit/kafka/describeOnKafka.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { cleanBroker, startBroker, stopBroker } from './kafkaCommand.ts';

const accepts = (port: number): Promise<boolean> =>
  new Promise((answer) => {
    const socket = createConnection(port, '127.0.0.1')
      .once('connect', () => {
        socket.destroy();
        answer(true);
      })
      .once('error', () => answer(false));
  });

describeOnKafka('the kafka command', () => {
  const dataDir = temporaryFolder('kafka-command');
  const said: string[] = [];
  const parts = { dataDir, tell: (line: string) => said.push(line) };
  afterAll(() => cleanBroker(parts));

  it('starts one broker, says so when it runs already, and stops it', async () => {
    await startBroker({ ...parts, port: 0 });
    const [, port] = /127\.0\.0\.1:(\d+)/.exec(said.at(-1)!)!;
    expect(await accepts(Number(port))).toBe(true);
    await startBroker({ ...parts, port: 0 });
    expect(said.at(-1)).toMatch(new RegExp(`^Kafka runs at 127\\.0\\.0\\.1:${port} `));
    await stopBroker(parts);
    expect([said.at(-1), await accepts(Number(port))]).toEqual(['Kafka is stopped', false]);
    await stopBroker(parts);
    expect(said.at(-1)).toBe('Kafka does not run');
  }, 60_000);
});
