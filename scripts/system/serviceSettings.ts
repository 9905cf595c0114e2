import { z } from 'zod';
import { platformSettings } from '#platform/config/settings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { migrate } from '#platform/postgres/migrate.ts';
import type { Logger } from 'pino';
import { busMigrations } from './databases.ts';
import { kafkaOf } from './kafkaOf.ts';
import { clientIssuerSettings } from './secrets.ts';

/** What a service alone must be told: where its database and the others are. */
const own = z.object({
  DATABASE_URL: z.string().default('').describe('of the domain’s database, as its own role'),
  BUS_DATABASE_URL: z.string().default('').describe('of the bus, with BUS=postgres'),
  SAGAS_DATABASE_URL: z.string().default('').describe('of the durable state of sagas, for subgraphs that own some'),
  SUBGRAPH_URL: z.string().default('http://127.0.0.1:{port}/graphql').describe('where a subgraph answers GraphQL; {name} and {port} are filled in'),
  GRPC_URL: z.string().default('http://127.0.0.1:{port}').describe('where a subgraph answers gRPC; {name} and {port} are filled in'),
});

export const serviceSettings = z.object({ ...platformSettings.shape, ...clientIssuerSettings.shape, ...own.shape });
export type ServiceSettings = z.output<typeof serviceSettings>;

export const addressOf = (template: string, name: string, port: number): string => template.replaceAll('{name}', name).replaceAll('{port}', String(port));

/** The value of a setting without which this service cannot do. @throws StartupError */
export function need(settings: ServiceSettings, key: 'DATABASE_URL' | 'BUS_DATABASE_URL' | 'SAGAS_DATABASE_URL', whatFor: string): string {
  if (settings[key] !== '') return settings[key];
  throw new StartupError(`${key} is missing: ${whatFor} needs it.`);
}

/** The bus that the settings name. */
export async function busOf(settings: ServiceSettings, log: Logger): Promise<EventBus> {
  if (settings.BUS === 'kafka') return kafkaOf(settings, log);
  const databaseUrl = need(settings, 'BUS_DATABASE_URL', 'the bus in PostgreSQL');
  const [{ postgresBus }] = await Promise.all([import('#platform/events/bus/postgresBus.ts'), migrate(databaseUrl, busMigrations)]);
  return postgresBus({ databaseUrl, log });
}
