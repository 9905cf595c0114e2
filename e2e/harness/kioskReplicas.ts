import { fileURLToPath } from 'node:url';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { startKafkaBroker } from '#platform/testkit/kafka/kafkaBroker.ts';
import { valueOf } from '#platform/testkit/prometheusText.ts';
import { superviseProcess, type SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { metricsOffset } from '../../scripts/system/ports.ts';
import { channels } from '#schema/channels.ts';
import type { Role } from '#schema/scopes.ts';
import { startDomainsProcess } from './domainsProcess.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** How long it may take to start all replicas at once on a busy machine. */
const startsWithinMs = 150_000;
const kioskPort = channels.find(({ name }) => name === 'kiosk')!.port;

/** One process of the channel, as `serve channel kiosk` runs it. */
export interface Replica {
  /** The address of GraphQL over HTTP. */
  readonly url: string;
  /**
   * Restarts the process as a rolling update does: after SIGTERM it drains and ends, and is started again. Resolves
   * when it serves.
   */
  restart(): Promise<void>;
  /** How many stream messages this process has sent since it was started. */
  messagesSent(): Promise<number>;
}

export interface KioskReplicas {
  readonly replicas: readonly Replica[];
  /** The address of the full graph, for staff. */
  readonly gatewayUrl: string;
  /** The address of the orders domain's database. */
  readonly ordersDatabaseUrl: string;
  /** Makes a token that is valid for 12 hours. */
  tokenFor(role: Exclude<Role, 'anonymous'>, subject: string, store?: string): Promise<string>;
  /** What the processes have logged: errors only, unless LOG_LEVEL is set. */
  log(): string;
  stop(): Promise<void>;
}

/**
 * Replicas of the kiosk channel, each a process on an address of its own (127.0.0.1, .2, …), before all domains in
 * another process, on a Kafka broker and the run's PostgreSQL. They share only the secrets and the broker.
 */
export async function startKioskReplicas(count: number): Promise<KioskReplicas> {
  const [broker, base] = await Promise.all([startKafkaBroker(), freePortBlock(45)]);
  const domains = await startDomainsProcess(base, { BUS: 'kafka', KAFKA_BROKERS: broker.brokers });
  const channel = (host: string): SupervisedProcess =>
    superviseProcess({
      script: `${root}scripts/serve.ts`,
      args: ['channel', 'kiosk'],
      ready: /serving channel kiosk/,
      env: { ...domains.env, HOST: host, METRICS_HOST: host, METRICS_PORT: String(base + metricsOffset) },
    });
  const hosts = Array.from({ length: count }, (_, index) => `127.0.0.${index + 1}`);
  const processes = hosts.map(channel);
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((each) => each.stop()));
    await domains.process.stop();
    await broker.stop('SIGKILL');
  };
  try {
    await Promise.all([domains.process, ...processes].map((each) => each.whenReady(undefined, startsWithinMs)));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    replicas: hosts.map((host, index) => replicaOf(processes[index]!, host, base)),
    gatewayUrl: `http://127.0.0.1:${base}/graphql`,
    ordersDatabaseUrl: domains.databases['orders']!,
    tokenFor: (role, subject, store) => domains.tokenFor(role, subject, store === undefined ? {} : { store }),
    log: () => [domains.process, ...processes].map(({ output }) => output).join('\n'),
    stop,
  };
}

function replicaOf(served: SupervisedProcess, host: string, base: number): Replica {
  return {
    url: `http://${host}:${base + kioskPort}/graphql`,
    async restart() {
      const next = served.starts + 1;
      await served.kill('SIGTERM');
      await served.whenReady(next, startsWithinMs);
    },
    async messagesSent() {
      const metrics = await (await fetch(`http://${host}:${base + metricsOffset}/metrics`)).text();
      return valueOf(metrics, 'drburger_stream_messages_total', { channel: 'kiosk' }) ?? 0;
    },
  };
}
