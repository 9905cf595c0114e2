import pg from 'pg';
import type { Cluster } from '#platform/postgres/startCluster.ts';
import { startKafkaBroker } from '#platform/testkit/kafka/kafkaBroker.ts';
import { patiently } from './setup.ts';

export type BusKind = 'postgres' | 'kafka';

/** The server that carries the bus, which the run can take away. */
export interface ChaosBroker {
  /** See `openBus`. */
  readonly address: string;
  /** Ends it at once: its clients are not told. */
  down(): Promise<void>;
  /** Starts it again with the data that it held. */
  up(): Promise<void>;
  close(): Promise<void>;
}

/** A Kafka broker of the run's own; `down` kills it. */
export async function kafkaOf(client: 'kafkajs' | 'platformatic', folder: string): Promise<ChaosBroker> {
  const broker = await startKafkaBroker({ folder });
  return {
    address: `${client}://${broker.brokers}`,
    down: () => broker.stop('SIGKILL'),
    up: () => broker.start(),
    close: () => broker.stop('SIGKILL'),
  };
}

/** The bus's database: `down` breaks its connections and refuses new ones. The fault `database` kills its server. */
export function postgresOf(cluster: Cluster, busUrl: string): ChaosBroker {
  const asAdmin = (...statements: string[]) =>
    patiently(async () => {
      const admin = new pg.Client(cluster.adminUrl);
      admin.on('error', () => undefined);
      await admin.connect();
      try {
        for (const statement of statements) await admin.query(statement);
      } finally {
        await admin.end();
      }
    });
  return {
    address: busUrl,
    down: () =>
      asAdmin(
        'alter database bus allow_connections false',
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'bus'`,
      ),
    up: () => asAdmin('alter database bus allow_connections true'),
    close: () => Promise.resolve(),
  };
}
