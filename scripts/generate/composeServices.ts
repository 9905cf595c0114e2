import { channels } from '#schema/channels.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { gatewayOffset, grpcOffset, providerOffset } from '../system/ports.ts';

const base = 4000;
/** Of /metrics within each container; not shown to the outside. */
export const metricsPort = 9464;
const network = { PORT_BASE: base, HOST: '0.0.0.0' };

/** Connection string of a role on its own database; the password is the operator's, or the role's name while developing. */
const databaseUrl = (name: string): string => `postgresql://${name}:\${${name.toUpperCase()}_DATABASE_PASSWORD:-${name}}@postgres:5432/${name}`;

const databases = [...subgraphs.map(({ database }) => database), 'sagas'];

const common = {
  PROFILE: '${PROFILE:-development}',
  ...network,
  DATA_DIR: '/data',
  METRICS_PORT: metricsPort,
  METRICS_HOST: '0.0.0.0',
  LOG_LEVEL: '${LOG_LEVEL:-info}',
  BUS: 'kafka',
  KAFKA_BROKERS: 'kafka:9092',
  KAFKA_CLIENT: '${KAFKA_CLIENT:-kafkajs}',
  SUBGRAPH_URL: 'http://{name}:{port}/graphql',
  GRPC_URL: 'http://{name}:{port}',
  PAYMENT_PROVIDER_URL: `http://provider:${base + providerOffset}`,
};

const done = { condition: 'service_completed_successfully' };
const healthy = { condition: 'service_healthy' };
const started = { condition: 'service_started' };

interface Service {
  readonly [key: string]: unknown;
}

/** The content of docker-compose.yml: one service for each subgraph, channel and the gateway, and what they stand on. */
export function composeServices(): { readonly services: Readonly<Record<string, Service>>; readonly volumes: Readonly<Record<string, object>> } {
  return {
    services: {
      ...infrastructure(),
      ...Object.fromEntries(subgraphs.map(({ name, port, database }) => [name, {
        ...ours(['subgraph', name]),
        environment: { ...common, DATABASE_URL: databaseUrl(database), SAGAS_DATABASE_URL: databaseUrl('sagas') },
        expose: [base + port, base + port + grpcOffset, metricsPort],
        depends_on: { databases: done, kafka: healthy },
        healthcheck: ready(base + port),
      }])),
      gateway: edge(['gateway'], gatewayOffset),
      ...Object.fromEntries(channels.map(({ name, port }) => [channelService(name), edge(['channel', name], port)])),
    },
    volumes: { postgres: {}, kafka: {}, prometheus: {}, data: {} },
  };
}

/** A channel may bear the name of a domain, as `delivery` does. */
export const channelService = (name: string): string => `channel-${name}`;

function infrastructure(): Record<string, Service> {
  return {
    postgres: {
      image: 'postgres:18-bookworm',
      command: ['postgres', '-c', 'max_connections=400'],
      environment: { POSTGRES_PASSWORD: '${POSTGRES_PASSWORD:-postgres}' },
      volumes: ['postgres:/var/lib/postgresql'],
      healthcheck: { test: ['CMD', 'pg_isready', '-U', 'postgres'], interval: '2s', retries: 30 },
    },
    kafka: {
      image: 'apache/kafka:4.1.0',
      environment: {
        KAFKA_NODE_ID: 1,
        KAFKA_PROCESS_ROLES: 'broker,controller',
        KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
        KAFKA_ADVERTISED_LISTENERS: 'PLAINTEXT://kafka:9092',
        KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
        KAFKA_CONTROLLER_QUORUM_VOTERS: '1@kafka:9093',
        KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: 1,
        KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: 0,
        KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
        KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: 1,
        KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: 1,
        KAFKA_LOG_DIRS: '/var/lib/kafka/data',
      },
      volumes: ['kafka:/var/lib/kafka/data'],
      healthcheck: { test: ['CMD-SHELL', '/opt/kafka/bin/kafka-topics.sh --bootstrap-server localhost:9092 --list'], interval: '5s', timeout: '10s', retries: 30 },
    },
    prometheus: {
      image: 'prom/prometheus:v3.5.0',
      profiles: ['prometheus'],
      volumes: ['./ops/prometheus:/etc/prometheus:ro', 'prometheus:/prometheus'],
      // To whoever sits at this machine.
      ports: ['127.0.0.1:9090:9090'],
    },
    databases: {
      ...ours(['databases']),
      restart: 'on-failure',
      environment: {
        ADMIN_DATABASE_URL: 'postgresql://postgres:${POSTGRES_PASSWORD:-postgres}@postgres:5432/postgres',
        DATABASE_URLS: databases.map(databaseUrl).join(' '),
      },
      depends_on: { postgres: healthy },
    },
    provider: {
      ...ours(['provider']),
      environment: { ...network, PROFILE: common.PROFILE, DATA_DIR: common.DATA_DIR },
      expose: [base + providerOffset],
    },
    simulation: {
      ...ours(['simulation']),
      environment: {
        ...network, PROFILE: common.PROFILE, DATA_DIR: common.DATA_DIR, LOG_LEVEL: common.LOG_LEVEL,
        GATEWAY_URL: `http://gateway:${base + gatewayOffset}/graphql`, DELIVERY_URL: `http://${channelService('delivery')}:${base + (channels.find(({ name }) => name === 'delivery')?.port ?? 0)}/graphql`,
      },
      depends_on: { gateway: started, [channelService('delivery')]: started },
    },
  };
}

const ours = (what: readonly string[]): Service => ({
  build: '.',
  image: 'drburger-supergraph',
  command: what,
  restart: 'unless-stopped',
  volumes: ['data:/data'],
});

function edge(what: readonly string[], port: number): Service {
  return {
    ...ours(what),
    environment: common,
    ports: [`${base + port}:${base + port}`],
    expose: [metricsPort],
    depends_on: Object.fromEntries(subgraphs.map(({ name }) => [name, healthy])),
    healthcheck: ready(base + port),
  };
}

const ready = (port: number): Service => ({
  test: ['CMD', 'node', '-e', `fetch('http://127.0.0.1:${port}/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`],
  interval: '5s',
  start_period: '20s',
  retries: 12,
});
