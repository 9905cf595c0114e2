import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { loadSettings, mergeSettings } from '#platform/config/loadSettings.ts';
import { platformSettings, type PlatformSettings } from '#platform/config/settings.ts';
import type { CertificateFiles } from '#platform/http/tlsDoor.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { startCluster } from '#platform/postgres/startCluster.ts';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { originsSettings } from './channelOrigins.ts';
import { certificateOf, ownCertificateSettings, type CertificateSettings } from './certificateSettings.ts';
import { checkProfile } from './checkProfile.ts';
import { openDatabases, type Databases } from './databases.ts';
import { kafkaOf } from './kafkaOf.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { claimDataDir, dataFolder } from './dataDir.ts';
import { loadDefinitions, type RegisteredSubgraph } from './definitions.ts';
import { checkPortsFree, listeners, metricsOffset, postgresOffset } from './ports.ts';
import { sandboxDefaults } from './sandboxDefaults.ts';
import {
  clientIssuerSettings,
  ownIdentityOf,
  providerKeyName,
  secretsOf,
  smtpPasswordName,
  type SecretOptions,
} from './secrets.ts';
import { readEnvironment } from './readEnvironment.ts';
import { signInSettings, type SignInSettings } from './signIn.ts';
import { partsOf, type AskedParts, type StartParts } from './startParts.ts';
import type { Teardown } from './teardown.ts';
import { relaySecretsOf, webhookSecretsOf, type RelaySecrets, type WebhookSecrets } from './webhookSecrets.ts';

export interface SystemOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags?: Readonly<Record<string, string>>;
  /** A file of settings, such as `.env`. */
  readonly settingsFile?: string;
  /** Whether to delete our data in DATA_DIR first. */
  readonly fresh?: boolean;
  /** Called with a line of text for each thing that is being done. */
  readonly progress: (line: string) => void;
  /** Runs `generate`: called before any code is imported that needs generated files. */
  readonly generate: () => Promise<void>;
  /** Which parts to start; all when left out. */
  readonly parts?: AskedParts;
}

/** Everything that must be ready before a service starts: checked settings, code, migrated databases, keys. */
export interface PreparedSystem {
  readonly settings: PlatformSettings & SignInSettings & CertificateSettings & { readonly CLIENT_AUDIENCE?: string };
  /** Whether the certificate was made by us, for this machine. */
  readonly ownCertificate: boolean;
  readonly parts: StartParts;
  readonly definitions: readonly RegisteredSubgraph[];
  readonly databases: Databases;
  readonly identity: Identity;
  readonly bus: EventBus;
  readonly webhookSecrets: WebhookSecrets;
  readonly relaySecrets: RelaySecrets;
  readonly smtpPassword: string;
  readonly secretOptions: SecretOptions;
  readonly log: Logger;
}

const systemSettings = mergeSettings(
  z.object({ ...platformSettings.shape, ...clientIssuerSettings.shape, ...ownCertificateSettings.shape }),
  [originsSettings(), signInSettings()],
);

/** In one process the log is printed among the lines of progress, so by default only warnings and errors are. */
const ownDefaults = { LOG_LEVEL: 'warn' };

/**
 * Prepares a system to run in this process. Everything that it starts is in `teardown`, also when it fails.
 * @throws StartupError with one line about what is wrong
 */
export async function prepareSystem(options: SystemOptions, teardown: Teardown): Promise<PreparedSystem> {
  const { progress, parts: asked = { mocked: [] } } = options;
  // The platform's settings are read first, since they name DATA_DIR. Those of the subgraphs follow once their code is
  // generated.
  const environment = await readEnvironment(options.environment, options.settingsFile);
  const sources = { flags: options.flags, environment };
  const early = loadSettings(systemSettings, { ...sources, defaults: ownDefaults, moreToCome: true });
  teardown.add('data folder', claimDataDir(early.DATA_DIR, options.fresh ?? false));
  checkProfile(early, environment);
  const ownFiles = await ownCertificateOf(early, progress, teardown);
  const certificate = ownFiles ?? certificateOf(early);
  if (asked.mocked.length > 0 && early.PROFILE === 'production')
    throw new StartupError('--mock is for development: in production nobody is told made-up data.');
  await checkPortsFree(early.HOST, listeners(early));
  await checkPortsFree(early.METRICS_HOST, [{ name: 'metrics', port: metricsPortOf(early) }]);
  const kafka = early.BUS === 'kafka' ? await openKafka(early, environment, progress, teardown) : undefined;
  progress('starting PostgreSQL, generating code');
  // Contracts say what a channel needs, and those may have to be made first.
  const choosing = options.generate().then(() => partsOf(asked));
  const [definitions, databases] = await bothOrNeither(
    choosing.then((chosen) => loadDefinitions(chosen.subgraphs)),
    startDatabases(early, progress, teardown, asked.only || asked.mocked.length > 0 ? choosing : undefined),
  );
  const parts = await choosing;
  if (databases.applied > 0) progress(`applied ${databases.applied} migrations`);

  const configs = definitions.map(({ definition }) => definition.config);
  const secretOptions: SecretOptions = {
    environment,
    settings: early,
    onMade: (names) => progress(`made development secrets in ${join(early.DATA_DIR, 'secrets')}: ${names.join(', ')}`),
  };
  const secrets = await secretsOf(configs, secretOptions, [providerKeyName, smtpPasswordName]);
  const settings = loadSettings(mergeSettings(systemSettings, configs), {
    ...sources,
    environment: { ...environment, ...secrets },
    defaults: {
      ...ownDefaults,
      ...(early.PROFILE === 'development'
        ? sandboxDefaults(early.PORT_BASE, 'http://127.0.0.1:{port}', certificate ? 'https' : 'http')
        : {}),
    },
  });
  const log = createLogger({ level: settings.LOG_LEVEL });
  const identity = await ownIdentityOf(settings, secretOptions, log);
  return {
    settings: { ...settings, TLS_CERT_PATH: certificate?.certPath, TLS_KEY_PATH: certificate?.keyPath },
    ownCertificate: ownFiles !== undefined,
    parts,
    definitions,
    databases,
    identity,
    secretOptions,
    bus: kafka ?? (await openPostgresBus(databases, log, teardown)),
    webhookSecrets: await webhookSecretsOf(secretOptions),
    relaySecrets: await relaySecretsOf(secretOptions),
    smtpPassword: secrets[smtpPasswordName] ?? '',
    log,
  };
}

/** The certificate that we make ourselves when TLS is asked for and none is named; renewed while the system runs. */
async function ownCertificateOf(
  settings: z.output<typeof ownCertificateSettings> & PlatformSettings,
  progress: (line: string) => void,
  teardown: Teardown,
): Promise<CertificateFiles | undefined> {
  if (!settings.TLS || certificateOf(settings)) return undefined;
  if (settings.PROFILE === 'production')
    throw new StartupError(
      'TLS=on makes a certificate of development: in production name one by TLS_CERT_PATH and TLS_KEY_PATH.',
    );
  const { makeDevelopmentCertificate, renewDevelopmentCertificate, developmentCertificateIn } =
    await import('./development/developmentCertificate.ts');
  const folder = dataFolder(settings.DATA_DIR, 'tls');
  const files = developmentCertificateIn(folder);
  if (await makeDevelopmentCertificate(folder)) progress(`made a certificate for this machine: ${files.certPath}`);
  teardown.add(
    'renewal of the certificate',
    renewDevelopmentCertificate(folder, (error) => progress(`the certificate is not renewed: ${String(error)}`)),
  );
  return files;
}

/** Connects to Kafka. This comes first, so that a missing broker is reported at once. */
async function openKafka(
  settings: PlatformSettings,
  environment: SecretOptions['environment'],
  progress: (line: string) => void,
  teardown: Teardown,
): Promise<EventBus> {
  progress(`connecting to Kafka at ${settings.KAFKA_BROKERS}`);
  const bus = await kafkaOf(settings, createLogger({ level: settings.LOG_LEVEL }), {
    settings,
    environment,
    onMade: () => undefined,
  });
  teardown.add('bus', () => bus.close());
  return bus;
}

async function openPostgresBus(databases: Databases, log: Logger, teardown: Teardown): Promise<EventBus> {
  const { postgresBus } = await import('#platform/events/bus/postgresBus.ts');
  const bus = await postgresBus({ databaseUrl: databases.bus, log });
  teardown.add('bus', () => bus.close());
  return bus;
}

async function startDatabases(
  settings: PlatformSettings,
  log: (line: string) => void,
  teardown: Teardown,
  choosing: Promise<StartParts> | undefined,
): Promise<Databases> {
  const cluster = await startCluster({
    dataDir: dataFolder(settings.DATA_DIR, 'postgres'),
    port: settings.PORT_BASE + postgresOffset,
    log,
  });
  teardown.add('PostgreSQL', () => cluster.stop());
  return openDatabases(cluster, (await choosing)?.subgraphs);
}

/** The port of /metrics for a system in one process, which always has one. */
export const metricsPortOf = ({ METRICS_PORT, PORT_BASE }: PlatformSettings): number =>
  METRICS_PORT ?? PORT_BASE + metricsOffset;

/** Like Promise.all for two, but if one fails the other is waited for, so that what it started can be stopped. */
export async function bothOrNeither<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}
