import { channels } from '#schema/channels.ts';
import { channelService, webhookRelayService, webhooksService } from '#schema/services.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import {
  gatewayOffset,
  grpcOffset,
  grpcOffsetOf,
  keycloakOffset,
  deliveryPartnersOffset,
  loyaltyPartnerOffset,
  supplierOffset,
  mailboxOffset,
  providerOffset,
  smtpOffset,
  webhookRelayOffset,
  webhooksOffset,
} from '../system/ports.ts';
import { serviceParts } from '../system/settingCatalogue.ts';

const base = 4000;
/** The port of /metrics within each container; it is not published to the host. */
export const metricsPort = 9464;

/** Settings that follow from the layout of the containers, so operators cannot choose them. */
const fixed: Readonly<Record<string, string | number>> = {
  PORT_BASE: base,
  HOST: '0.0.0.0',
  DATA_DIR: '/data',
  METRICS_PORT: metricsPort,
  METRICS_HOST: '0.0.0.0',
  BUS: 'kafka',
  SUBGRAPH_URL: 'http://{name}:{port}/graphql',
  GRPC_URL: 'http://{name}:{port}',
};

/** Defaults of settings that the operator may change. */
const usual: Readonly<Record<string, string>> = {
  PROFILE: 'development',
  LOG_LEVEL: 'info',
  KAFKA_BROKERS: 'kafka:9092',
  DATABASE_HOST: 'postgres',
  RATES_REDIS_URL: 'redis://valkey:6379',
};

/** Whether a setting is about the database. With events on Kafka, only domains have one. */
const isOfDatabase = (name: string): boolean => name.startsWith('DATABASE_');
const notOnKafka = ['BUS_DATABASE_PASSWORD'];

/**
 * The environment of each service: the settings and secrets that it reads, and no others. A variable that the operator
 * does not set is passed as empty, and the service's own default applies.
 */
async function environments(): Promise<Map<string, Record<string, string | number>>> {
  const edges = ['gateway', ...channels.map(({ name }) => channelService(name))];
  return new Map(
    (await serviceParts()).map(({ name: service, settings, secrets }) => {
      const names = [...Object.keys(settings.shape), ...secrets.map(({ name }) => name)].filter(
        (name) => !notOnKafka.includes(name) && !(edges.includes(service) && isOfDatabase(name)),
      );
      return [
        service,
        Object.fromEntries(
          names.map((name) => [
            name,
            fixed[name] ?? (usual[name] === undefined ? `\${${name}-}` : `\${${name}:-${usual[name]}}`),
          ]),
        ),
      ];
    }),
  );
}

/**
 * The entry point of the PostgreSQL container. It first checks that production has a password: the default one, which
 * everybody knows, is for development only. Compose itself can refuse a missing variable, but not in one profile alone.
 * `$$` stands for a dollar sign of the script.
 */
const postgresEntrypoint = [
  'sh',
  '-c',
  `if [ -z "$$POSTGRES_PASSWORD" ]; then
  if [ "$$PROFILE" != development ]; then
    echo "POSTGRES_PASSWORD is missing in the $$PROFILE profile: \\"keys:make\\" makes one." >&2
    exit 1
  fi
  export POSTGRES_PASSWORD=postgres
fi
exec docker-entrypoint.sh "$$@"`,
  'sh',
];

const done = { condition: 'service_completed_successfully' };
const healthy = { condition: 'service_healthy' };
const started = { condition: 'service_started' };

interface Service {
  readonly [key: string]: unknown;
}

/**
 * The content of docker-compose.yml: one service for each subgraph, each channel and the gateway, and the
 * infrastructure that they need.
 */
export async function composeServices(): Promise<{
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, object>>;
}> {
  const told = await environments();
  const of = (name: string): Service => ({ environment: told.get(name) });
  const services: Record<string, Service> = {
    ...infrastructure(of),
    ...Object.fromEntries(
      subgraphs.map(({ name, port }) => [
        name,
        {
          ...ours(['subgraph', name]),
          ...of(name),
          expose: [base + port, base + port + grpcOffset, metricsPort],
          depends_on: { databases: done, kafka: healthy },
          healthcheck: ready(base + port),
        },
      ]),
    ),
    gateway: { ...edge(['gateway'], gatewayOffset), ...of('gateway') },
    ...Object.fromEntries(
      channels.map(({ name, port }) => [
        channelService(name),
        { ...edge(['channel', name], port), ...of(channelService(name)) },
      ]),
    ),
  };
  services[webhooksService] = {
    ...edge(['webhooks'], webhooksOffset),
    ...of(webhooksService),
    expose: [base + grpcOffsetOf(webhooksService), metricsPort],
    depends_on: { databases: done },
  };
  services[webhookRelayService] = {
    ...edge(['webhook-relay'], webhookRelayOffset),
    ...of(webhookRelayService),
    depends_on: { databases: done },
  };
  return {
    services: Object.fromEntries(Object.entries(services).map(([name, service]) => [name, { ...service, logging }])),
    volumes: { postgres: {}, kafka: {}, prometheus: {}, data: {} },
  };
}

/**
 * The logging of each container. By default Docker keeps every line for ever, and blocks a process whose log reader
 * hangs.
 */
const logging = {
  driver: 'json-file',
  options: { 'max-size': '20m', 'max-file': '5', mode: 'non-blocking', 'max-buffer-size': '4m' },
};

function infrastructure(of: (name: string) => Service): Record<string, Service> {
  return {
    postgres: {
      image: 'postgres:18-bookworm',
      entrypoint: postgresEntrypoint,
      command: ['postgres', '-c', 'max_connections=400'],
      environment: { PROFILE: `\${PROFILE:-${usual['PROFILE']}}`, POSTGRES_PASSWORD: '${POSTGRES_PASSWORD-}' },
      volumes: ['postgres:/var/lib/postgresql'],
      restart: 'unless-stopped',
      stop_grace_period: '60s',
      // The check goes over the network, because a temporary server that sets up the cluster answers at the socket.
      healthcheck: { test: ['CMD', 'pg_isready', '-h', '127.0.0.1', '-U', 'postgres'], interval: '2s', retries: 30 },
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
      restart: 'unless-stopped',
      stop_grace_period: '60s',
      // The check only opens a connection, because Kafka's own tools start a Java process each time: two seconds of CPU
      // every five. Services wait by themselves for what a new broker does not know yet.
      healthcheck: {
        test: ['CMD', 'bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/9092'],
        interval: '5s',
        timeout: '10s',
        retries: 30,
      },
    },
    // Nothing is kept on a disk: what was counted is of no use after a minute.
    valkey: {
      image: 'valkey/valkey:8.1-bookworm',
      command: ['valkey-server', '--save', '', '--maxmemory', '256mb', '--maxmemory-policy', 'volatile-ttl'],
      restart: 'unless-stopped',
      stop_grace_period: '30s',
      healthcheck: {
        test: ['CMD', 'bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/6379'],
        interval: '5s',
        timeout: '10s',
        retries: 12,
      },
    },
    prometheus: {
      image: 'prom/prometheus:v3.5.0',
      profiles: ['prometheus'],
      restart: 'unless-stopped',
      stop_grace_period: '30s',
      volumes: ['./ops/prometheus:/etc/prometheus:ro', 'prometheus:/prometheus'],
      // Published to this machine only.
      ports: ['127.0.0.1:9090:9090'],
    },
    keycloak: {
      image: 'quay.io/keycloak/keycloak:26.4',
      command: ['start-dev', '--import-realm'],
      // For development, by `--env-file ops/keycloak/compose.env`; ops/keycloak/README.md tells how.
      profiles: ['keycloak'],
      environment: {
        KC_HOSTNAME: `http://localhost:${base + keycloakOffset}`,
        KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
        KC_BOOTSTRAP_ADMIN_PASSWORD: '${KC_BOOTSTRAP_ADMIN_PASSWORD-}',
      },
      volumes: ['./ops/keycloak/drburger-realm.json:/opt/keycloak/data/import/drburger-realm.json:ro'],
      restart: 'unless-stopped',
      stop_grace_period: '30s',
      ports: [`127.0.0.1:${base + keycloakOffset}:8080`],
    },
    databases: {
      // This service builds the image for all others: several builds of one image at a time would disturb each other.
      build: '.',
      ...ours(['databases']),
      restart: 'on-failure',
      ...of('databases'),
      depends_on: { postgres: healthy },
    },
    provider: {
      ...ours(['provider']),
      environment: {
        ...(of('provider')['environment'] as object),
        WEBHOOKS_URL: `http://${webhooksService}:${base + webhooksOffset}`,
      },
      profiles: ['development'],
      expose: [base + providerOffset],
    },
    'delivery-partners': {
      ...ours(['delivery-partners']),
      environment: {
        ...(of('delivery-partners')['environment'] as object),
        WEBHOOKS_URL: `http://${webhooksService}:${base + webhooksOffset}`,
      },
      profiles: ['development'],
      expose: [base + deliveryPartnersOffset],
    },
    'loyalty-partner': {
      ...ours(['loyalty-partner']),
      environment: {
        ...(of('loyalty-partner')['environment'] as object),
        WEBHOOKS_URL: `http://${webhooksService}:${base + webhooksOffset}`,
      },
      profiles: ['development'],
      expose: [base + loyaltyPartnerOffset],
    },
    supplier: {
      ...ours(['supplier']),
      environment: {
        ...(of('supplier')['environment'] as object),
        WEBHOOKS_URL: `http://${webhooksService}:${base + webhooksOffset}`,
      },
      profiles: ['development'],
      expose: [base + supplierOffset],
    },
    mailbox: {
      ...ours(['mailbox']),
      ...of('mailbox'),
      profiles: ['development'],
      expose: [base + smtpOffset, base + mailboxOffset],
      // The page with the mails is for this machine only.
      ports: [`127.0.0.1:${base + mailboxOffset}:${base + mailboxOffset}`],
    },
    simulation: {
      ...ours(['simulation']),
      profiles: ['development'],
      environment: {
        ...(of('simulation')['environment'] as object),
        GATEWAY_URL: `http://gateway:${base + gatewayOffset}/graphql`,
        DELIVERY_URL: `http://${channelService('delivery')}:${base + (channels.find(({ name }) => name === 'delivery')?.port ?? 0)}/graphql`,
      },
      depends_on: { gateway: started, [channelService('delivery')]: started },
    },
  };
}

const ours = (what: readonly string[]): Service => ({
  image: 'drburger-supergraph',
  command: what,
  restart: 'unless-stopped',
  // A small init process at pid 1 forwards signals, even to a service that is just starting, and reaps orphans.
  init: true,
  // A service ends by itself within 27 s, even if its database hangs.
  stop_grace_period: '40s',
  volumes: ['data:/data'],
});

function edge(what: readonly string[], port: number): Service {
  return {
    ...ours(what),
    ports: [`${base + port}:${base + port}`],
    expose: [metricsPort],
    depends_on: Object.fromEntries(subgraphs.map(({ name }) => [name, healthy])),
    healthcheck: ready(base + port, { mayBeTls: true }),
  };
}

const askReady = `printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '`;

/**
 * The health check of a service. It runs in the shell: a Node process for each check would take a fifth of a second of
 * CPU, for every service, every five seconds. The shell speaks no TLS: of a channel that does, the check says that it
 * listens, which it does once it is ready.
 */
const ready = (port: number, { mayBeTls = false } = {}): Service => ({
  test: [
    'CMD',
    'bash',
    '-c',
    `exec 3<>/dev/tcp/127.0.0.1/${port} && ${mayBeTls ? `{ printenv TLS_CERT_PATH | grep -q . || { ${askReady}; }; }` : askReady}`,
  ],
  interval: '5s',
  timeout: '10s',
  start_period: '20s',
  retries: 12,
});
