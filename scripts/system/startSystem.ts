import { join } from 'node:path';
import type { Logger } from 'pino';
import { StartupError } from '#platform/config/startupError.ts';
import { mergeSettings, loadSettings } from '#platform/config/loadSettings.ts';
import { platformSettings, type PlatformSettings } from '#platform/config/settings.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { startCluster } from '#platform/postgres/startCluster.ts';
import { localNetwork } from '#platform/rpc/network.ts';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import type { SubgraphCall } from '#platform/subgraph/execution.ts';
import type { RunningSubgraph } from '#platform/subgraph/runSubgraph.ts';
import { openDatabases, type Databases } from './databases.ts';
import { claimDataDir, dataFolder } from './dataDir.ts';
import { loadDefinitions, missingSubgraphs, type RegisteredSubgraph } from './definitions.ts';
import { startEdge, type Edge } from './edge.ts';
import { checkPortsFree, listeners, postgresOffset, providerOffset } from './ports.ts';
import { clientIssuerSettings, identityOf, providerKeyName, secretKeysOf, secretsNamed } from './secrets.ts';
import { Teardown } from './teardown.ts';

export interface SystemOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags?: Readonly<Record<string, string>>;
  /** A file of settings, such as `.env`. */
  readonly settingsFile?: string;
  /** Throw away what DATA_DIR holds of ours. */
  readonly fresh?: boolean;
  /** Hears what is being done, one line each. */
  readonly progress: (line: string) => void;
  /** Makes the code that the definitions import, before they are imported. */
  readonly generate: () => Promise<void>;
}

export interface RunningSystem {
  readonly settings: SystemSettings;
  readonly subgraphs: readonly RunningSubgraph[];
  readonly edge: Edge;
  readonly identity: Identity;
  readonly bus: EventBus;
  /** Stops in order: nothing new comes in, what is in hand is finished, then what it rests on. */
  stop(): Promise<void>;
}

const systemSettings = mergeSettings(platformSettings, [clientIssuerSettings]);
export type SystemSettings = PlatformSettings;

/** Runs everything in this process: databases, subgraphs, sagas, the provider of the sandbox, the gateway and all channels. Ready when it resolves. */
export async function startSystem(options: SystemOptions): Promise<RunningSystem> {
  const teardown = new Teardown();
  try {
    return await assemble(options, teardown);
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function assemble(options: SystemOptions, teardown: Teardown): Promise<RunningSystem> {
  const { progress, environment } = options;
  // These tell where the data are; the keys of the subgraphs are checked once their code is there.
  const first = readOwn(options);
  teardown.add('data folder', claimDataDir(first.DATA_DIR, options.fresh ?? false));
  await checkPortsFree(first.HOST, listeners(first.PORT_BASE));
  progress('starting PostgreSQL, generating code');
  const cluster = startCluster({ dataDir: dataFolder(first.DATA_DIR, 'postgres'), port: first.PORT_BASE + postgresOffset, log: progress });
  const [definitions, databases] = await bothOrNeither(
    options.generate().then(() => loadDefinitions()),
    cluster.then(async (running) => {
      teardown.add('PostgreSQL', () => running.stop());
      return openDatabases(running);
    }),
  );
  for (const name of missingSubgraphs()) progress(`no code for the subgraph ${name}: left out`);
  if (databases.applied > 0) progress(`applied ${databases.applied} migrations`);

  const secretOptions = { environment, settings: first, onMade: (names: readonly string[]) => progress(`made development secrets in ${join(first.DATA_DIR, 'secrets')}: ${names.join(', ')}`) };
  const configs = definitions.map(({ definition }) => definition.config);
  const secrets = await secretsNamed([...new Set([providerKeyName, ...secretKeysOf(configs)])], secretOptions);
  const settings = loadSettings(mergeSettings(systemSettings, configs), {
    ...sourcesOf(options), environment: { ...environment, ...secrets },
    defaults: { ...ownDefaults, PAYMENT_PROVIDER_URL: `http://127.0.0.1:${first.PORT_BASE + providerOffset}` },
  });
  const log = createLogger({ level: settings.LOG_LEVEL });
  const identity = await identityOf({ ...clientIssuerSettings.parse(settings), ...settings }, secretOptions);
  return serve({ settings, definitions, databases, identity, secrets, log, progress, teardown });
}

interface Assembled {
  readonly settings: SystemSettings;
  readonly definitions: readonly RegisteredSubgraph[];
  readonly databases: Databases;
  readonly identity: Identity;
  readonly secrets: Readonly<Record<string, string>>;
  readonly log: Logger;
  readonly progress: (line: string) => void;
  readonly teardown: Teardown;
}

async function serve({ settings, definitions, databases, identity, secrets, log, progress, teardown }: Assembled): Promise<RunningSystem> {
  const [{ runSubgraph }, { postgresBus }, { startPaymentProvider }] = await Promise.all([
    import('#platform/subgraph/runSubgraph.ts'), import('#platform/events/bus/postgresBus.ts'), import('#sandbox/paymentProvider/paymentProvider.ts'),
  ]);
  const provider = await startPaymentProvider({
    port: settings.PORT_BASE + providerOffset, dataDir: dataFolder(settings.DATA_DIR, 'provider'), apiKey: secrets[providerKeyName] ?? '',
  });
  teardown.add('payment provider', () => provider.close());
  const bus = await postgresBus({ databaseUrl: databases.bus, log });
  teardown.add('bus', () => bus.close());

  const network = localNetwork(identity);
  const subgraphs = await Promise.all(definitions.map(async ({ entry, definition }) => {
    const running = await runSubgraph(definition, { databaseUrl: databases.domain(entry.name), bus, identity, network, log, configuration: settings });
    teardown.add(`subgraph ${entry.name}`, () => running.stop());
    return running;
  }));
  if (settings.PROFILE === 'development') {
    progress('seeding');
    await Promise.all(subgraphs.map((subgraph) => subgraph.seed()));
  }
  const byName = new Map(subgraphs.map((subgraph) => [subgraph.name, subgraph.execute]));
  const subgraphCall = (name: string): SubgraphCall => byName.get(name) ?? (() => Promise.reject(new Error(`no subgraph ${name} in this process`)));
  progress('starting sagas, consumers, gateway and channels');
  if (definitions.some(({ definition }) => definition.sagas?.length)) {
    const { startSagas } = await import('#platform/sagas/sagaHost.ts');
    const sagas = await startSagas({ databaseUrl: databases.sagas, log });
    teardown.add('sagas', () => sagas.stop());
  }
  const [edge] = await bothOrNeither(
    startEdge({ settings, identity, bus, log, subgraphCall }).then((started) => {
      teardown.add('gateway and channels', () => started.close());
      return started;
    }),
    Promise.all(subgraphs.map((subgraph) => subgraph.start())),
  );
  return { settings, subgraphs, edge, identity, bus, stop: () => teardown.run() };
}

/** In one process a newcomer reads the log beside the progress: only what needs attention, unless asked for more. */
const ownDefaults = { LOG_LEVEL: 'warn' };

function readOwn(options: SystemOptions): PlatformSettings {
  const settings = loadSettings(systemSettings, { ...sourcesOf(options), defaults: ownDefaults, moreToCome: true });
  if (settings.BUS === 'kafka') throw new StartupError('One process carries its events in PostgreSQL: leave out BUS=kafka, or run the services of docker-compose.yml.');
  return settings;
}

const sourcesOf = ({ flags, environment, settingsFile }: SystemOptions) => ({ flags, environment, file: settingsFile });

/** Like Promise.all, but when one fails the other is waited for too, so that what it started can be stopped. */
async function bothOrNeither<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}
