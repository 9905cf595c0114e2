import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePortBlock } from '../freePortBlock.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { startKafkaProcess, stopKafkaProcess } from '#platform/localBroker/kafkaProcess.ts';

/** A broker that a test may kill. */
export interface KafkaBroker {
  /** host:port */
  readonly brokers: string;
  /** Resolves when it is gone; default SIGTERM, by which it says goodbye to its clients. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Call it while the broker is stopped: it then starts with no data. */
  loseData(): void;
  /** Starts it again on the same port with the same data. */
  start(): Promise<void>;
}

/** A broker of the test's own; whoever starts it stops it. It dies with this process, however that ends. */
export async function startKafkaBroker({
  folder = temporaryFolder('kafka'),
}: { readonly folder?: string } = {}): Promise<KafkaBroker> {
  const port = await freePortBlock(2);
  const run = () => startKafkaProcess({ folder, port, controllerPort: port + 1 });
  let child = await run();
  return {
    brokers: `127.0.0.1:${port}`,
    loseData: () => rmSync(join(folder, 'data'), { recursive: true }),
    stop: (signal) => stopKafkaProcess(child, signal),
    start: async () => {
      child = await run();
    },
  };
}

/** The broker that the tests of this run share: use topics and groups of your own. Its address as host:port. */
export async function sharedKafka(): Promise<string> {
  const socket = process.env['TEST_KAFKA'];
  if (!socket) throw new Error('No broker in this run: a test on Kafka must be named *.int.test.ts or lie in e2e/.');
  const { brokers, error } = JSON.parse(await text(connect(socket))) as { brokers?: string; error?: string };
  if (!brokers) throw new Error(`The broker did not start: ${error}`);
  return brokers;
}
