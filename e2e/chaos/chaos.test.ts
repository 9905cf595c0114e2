import { randomInt } from 'node:crypto';
import { describe, it } from 'vitest';
import { describeOnKafka } from '#platform/testkit/kafka/describeOnKafka.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { runChaos } from './chaosRun.ts';

// Each test runs one history with every kind of fault. `npx -y pnpm@10.34.9 e2e:chaos` runs more. CHAOS_SEED repeats
// one.
const seed = Number(process.env['CHAOS_SEED'] ?? randomInt(2 ** 28));
const run = (bus: 'postgres' | 'kafka') =>
  runChaos({ bus, seed, channels: 2, forMs: 0, folder: temporaryFolder('chaos'), tell: console.log });
const promise = 'keeps every promise about events and streams, whoever is killed, cut off, stopped or repeated';

describe('on the bus in PostgreSQL', () => {
  it(promise, () => run('postgres'), 240_000);
});

describeOnKafka('on Kafka', () => {
  it(promise, () => run('kafka'), 240_000);
});
