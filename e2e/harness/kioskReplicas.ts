import { randomBytes } from 'node:crypto';
import { issueToken, newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { startKafkaBroker } from '#platform/testkit/kafka/kafkaBroker.ts';
import { valueOf } from '#platform/testkit/prometheusText.ts';
import { superviseProcess, type SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { databaseOf, testDatabase } from '#platform/testkit/testDatabase.ts';
import { metricsOffset, providerOffset, smtpOffset } from '../../scripts/system/ports.ts';
import type { Role } from '#schema/scopes.ts';
import { channels } from '#schema/channels.ts';
import { subgraphs } from '#schema/subgraphs.ts';

const root = new URL('../..', import.meta.url).pathname;
/** How long it may take to start all replicas at once on a busy machine. */
const startsWithinMs = 150_000;
const secretKey = (): string => randomBytes(32).toString('base64');
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
  const [broker, base, clientKey] = await Promise.all([startKafkaBroker(), freePortBlock(45), newSigningKey()]);
  const databases = Object.fromEntries(
    await Promise.all(subgraphs.map(async ({ name }) => [name, (await testDatabase(name)).url] as const)),
  );
  const env = {
    PORT_BASE: String(base),
    BUS: 'kafka',
    KAFKA_BROKERS: broker.brokers,
    DATA_DIR: temporaryFolder('replicas'),
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error',
    CLIENT_SIGNING_KEY: JSON.stringify(clientKey),
    STREAM_CURSOR_KEYS: secretKey(),
  };
  const domains = superviseProcess({
    script: `${root}e2e/harness/serveDomains.ts`,
    ready: /^serving domains$/,
    restart: false,
    env: {
      ...env,
      HOST: '127.0.0.1',
      DOMAIN_DATABASES: JSON.stringify(databases),
      SAGAS_DATABASE_URL: (await databaseOf()).url,
      PAYMENT_PROVIDER_URL: `http://127.0.0.1:${base + providerOffset}`,
      PAYMENT_PROVIDER_API_KEY: secretKey(),
      SMTP_URL: `smtp://127.0.0.1:${base + smtpOffset}`,
      SMTP_PASSWORD: secretKey(),
      SMTP_STARTTLS: 'off',
      MAIL_FROM: 'Dr. Burger <orders@drburger.example>',
      PII_MASTER_KEYS: secretKey(),
      PII_INDEX_KEY: secretKey(),
    },
  });
  const channel = (host: string): SupervisedProcess =>
    superviseProcess({
      script: `${root}scripts/serve.ts`,
      args: ['channel', 'kiosk'],
      ready: /serving channel kiosk/,
      env: { ...env, HOST: host, METRICS_HOST: host, METRICS_PORT: String(base + metricsOffset) },
    });
  const hosts = Array.from({ length: count }, (_, index) => `127.0.0.${index + 1}`);
  const processes = hosts.map(channel);
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((each) => each.stop()));
    await domains.stop();
    await broker.stop('SIGKILL');
  };
  try {
    await Promise.all([domains, ...processes].map((each) => each.whenReady(undefined, startsWithinMs)));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    replicas: hosts.map((host, index) => replicaOf(processes[index]!, host, base)),
    gatewayUrl: `http://127.0.0.1:${base}/graphql`,
    ordersDatabaseUrl: databases['orders']!,
    tokenFor: (role, subject, store) =>
      issueToken(clientKey, { subject, roles: [role], bindings: store ? { [role]: { store } } : {} }),
    log: () => [domains, ...processes].map(({ output }) => output).join('\n'),
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
