import { z } from 'zod';
import { platformSettings } from '#platform/config/settings.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { fileStoreSettings } from '#platform/files/fileStoreSettings.ts';
import { keyProviderSettings } from '#platform/keys/keyProviderSettings.ts';
import { migrate } from '#platform/postgres/migrate.ts';
import type { Logger } from 'pino';
import { config as partnersConfig } from '#subgraphs/partners/src/config.ts';
import { databaseAddress } from './databaseAddress.ts';
import { databaseSettings } from './databaseSettings.ts';
import { certificateSettings } from './certificateSettings.ts';
import { busDatabase, busMigrations } from './databases.ts';
import { kafkaOf } from './kafkaOf.ts';
import { clientIssuerSettings, type SecretOptions } from './secrets.ts';
import type { Teardown } from './teardown.ts';

/** How to reach the other services. */
const peerSettings = z.object({
  SUBGRAPH_URL: z
    .string()
    .default('http://127.0.0.1:{port}/graphql')
    .describe('where a subgraph answers GraphQL; {name} and {port} are filled in'),
  GRPC_URL: z
    .string()
    .default('http://127.0.0.1:{port}')
    .describe('where a subgraph answers gRPC; {name} and {port} are filled in'),
});

/** How long a service waits at its start; see `patience`. */
const patienceSettings = z.object({
  START_PATIENCE_SECONDS: z.coerce
    .number()
    .min(0)
    .max(3_600)
    .default(60)
    .describe(
      'how long a service that starts tries to reach PostgreSQL and Kafka while they are not there or refuse it; then it ends, and says why. 0: it ends at once',
    ),
});

const {
  SIMULATION: _ofStart,
  ENGINE,
  SUBGRAPH_CIRCUIT_FAILURES,
  SUBGRAPH_CIRCUIT_OPEN_SECONDS,
  SUBGRAPH_CIRCUIT_PATIENCE_SECONDS,
  PARTNER_URL,
  REST_URL,
  TRUSTED_PROXIES,
  RATES_REDIS_URL,
  CDN_PURGE_URL,
  ...ofEveryService
} = platformSettings.shape;

/** The settings of a subgraph. Each kind of service declares all settings that it reads, and reads no others. */
export const subgraphSettings = z.object({
  ...ofEveryService,
  ...patienceSettings.shape,
  ...databaseSettings.shape,
  GRPC_URL: peerSettings.shape.GRPC_URL,
});
/** The settings of the door for webhooks: it uses no bus, and calls the subgraphs by gRPC. */
export const webhooksSettings = z.object({
  ...platformSettings.pick({
    PROFILE: true,
    PORT_BASE: true,
    HOST: true,
    DATA_DIR: true,
    METRICS_PORT: true,
    METRICS_HOST: true,
    LOG_LEVEL: true,
    DRAIN_SECONDS: true,
  }).shape,
  ...keyProviderSettings.shape,
  ...patienceSettings.shape,
  ...databaseSettings.shape,
  GRPC_URL: peerSettings.shape.GRPC_URL,
});
/** The settings of the relay of webhooks to partners: it uses the partners' database, and calls no service of ours. */
export const webhookRelaySettings = z.object({
  ...webhooksSettings.omit({ GRPC_URL: true }).shape,
  WEBHOOK_TARGETS: partnersConfig.shape.WEBHOOK_TARGETS,
});
export const edgeSettings = z.object({
  ...ofEveryService,
  ...certificateSettings.shape,
  ...patienceSettings.shape,
  ...fileStoreSettings.shape,
  ...clientIssuerSettings.shape,
  ...databaseSettings.shape,
  ...peerSettings.shape,
  ENGINE,
  SUBGRAPH_CIRCUIT_FAILURES,
  SUBGRAPH_CIRCUIT_OPEN_SECONDS,
  SUBGRAPH_CIRCUIT_PATIENCE_SECONDS,
  PARTNER_URL,
  REST_URL,
  TRUSTED_PROXIES,
  RATES_REDIS_URL,
  CDN_PURGE_URL,
});
export const databasesSettings = z.object({
  PROFILE: platformSettings.shape.PROFILE,
  DATA_DIR: platformSettings.shape.DATA_DIR,
  BUS: platformSettings.shape.BUS,
  ...keyProviderSettings.shape,
  ...patienceSettings.shape,
  ...databaseSettings.shape,
  POSTGRES_USER: z
    .string()
    .min(1)
    .default('postgres')
    .describe('role that may make roles and databases, for `serve databases`'),
});
export type ServiceSettings = z.output<typeof subgraphSettings>;

export const addressOf = (template: string, name: string, port: number): string =>
  template.replaceAll('{name}', name).replaceAll('{port}', String(port));

/**
 * Opens the bus that the settings name. It is added to `teardown` at once, so that it is closed even if something else
 * fails to start meanwhile.
 */
export async function busOf(
  settings: ServiceSettings,
  log: Logger,
  secrets: SecretOptions,
  teardown: Teardown,
): Promise<EventBus> {
  const bus = await buses[settings.BUS](settings, log, secrets);
  teardown.add('bus', () => bus.close());
  return bus;
}

/** What opens each bus that `BUS` may name. */
const buses = { kafka: kafkaOf, postgres: inPostgres } satisfies Record<ServiceSettings['BUS'], unknown>;

async function inPostgres(settings: ServiceSettings, log: Logger, secrets: SecretOptions): Promise<EventBus> {
  const databaseUrl = await databaseAddress(settings, secrets, {
    database: busDatabase,
    whole: 'BUS_DATABASE_URL',
    whatFor: 'the bus in PostgreSQL',
  });
  await migrate(databaseUrl, busMigrations);
  const { postgresBus } = await import('#platform/events/bus/postgresBus.ts');
  return postgresBus({ databaseUrl, log });
}
