import { loadSettings, mergeSettings } from '#platform/config/loadSettings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import type { Domain } from '#platform/domain/domain.ts';
import type { RpcNetwork } from '#platform/rpc/network.ts';
import { openDomain } from '#platform/subgraph/openDomain.ts';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { startCluster } from '#platform/postgres/startCluster.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { claimDataDir, dataFolder, isClaimed } from '../dataDir.ts';
import { openDatabases } from '../databases.ts';
import { loadDefinitions, type RegisteredSubgraph } from '../definitions.ts';
import { adminAddressName, domainAddresses } from '../domainAddresses.ts';
import { postgresOffset } from '../ports.ts';
import { sandboxDefaults } from '../sandboxDefaults.ts';
import { secretsOf } from '../secrets.ts';
import { subgraphSettings } from '../serviceSettings.ts';
import type { Teardown } from '../teardown.ts';
import type { TransferDomain } from './importFolder.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface OpenOptions {
  readonly environment: Environment;
  readonly flags: Readonly<Record<string, string>>;
  readonly print: (line: string) => void;
  /** Whether to begin on a folder on which no system was ever started; otherwise that is refused. */
  readonly mayBegin?: boolean;
}

/** A command asks each domain for its own rows only, so that no domain calls another. */
const noNetwork: RpcNetwork = {
  transportTo: (domain) => {
    throw new Error(`a command asks nothing of ${domain}`);
  },
  serve: () => Promise.resolve({ close: () => Promise.resolve() }),
};

/** Opens the domains that can import and export rows, in the order of the registry. */
export async function openTransferDomains(options: OpenOptions, teardown: Teardown): Promise<TransferDomain[]> {
  const opened = await openDomains(options, teardown, ({ definition }) => definition.transfer !== undefined);
  return opened.map(({ domain, definition }) => ({ domain, transfer: definition.transfer! }));
}

/**
 * Opens domains for the work of a command. Their databases are those of the server that the settings name; otherwise
 * those of the system that runs on this machine; if it does not run, its databases are started until the work is done.
 */
export async function openDomains(
  options: OpenOptions,
  teardown: Teardown,
  isWanted: (each: RegisteredSubgraph) => boolean,
): Promise<(RegisteredSubgraph & { readonly domain: Domain })[]> {
  const { environment, flags } = options;
  const early = loadSettings(subgraphSettings, { environment, flags, moreToCome: true });
  const definitions = (await loadDefinitions(subgraphs)).filter(isWanted);
  const secrets = await secretsOf(
    definitions.map(({ definition }) => definition.config),
    {
      settings: early,
      environment,
      onMade: (names) => options.print(`made development secrets: ${names.join(', ')}`),
    },
  );
  const urlOf = await addresses(options, early, teardown);
  const log = createLogger({ level: 'error' });
  const open: (RegisteredSubgraph & { readonly domain: Domain })[] = [];
  for (const { entry, definition } of definitions) {
    const configuration = loadSettings(mergeSettings(subgraphSettings, [definition.config]), {
      environment: { ...environment, ...secrets },
      flags,
      // As `start` and `serve` have them: a domain does not open without the addresses of its counterparts.
      defaults: early.PROFILE === 'development' ? sandboxDefaults(early.PORT_BASE, early.GRPC_URL) : {},
      moreToCome: true,
    });
    const opened = openDomain(definition, {
      databaseUrl: await urlOf(entry.name),
      poolSize: 4,
      network: noNetwork,
      log,
      configuration,
    });
    teardown.add(`database of ${entry.name}`, () => opened.close());
    await opened.databaseClock.compare();
    await checkMigrated(entry.name, opened.domain.pool);
    open.push({ entry, definition, domain: opened.domain });
  }
  return open;
}

async function addresses(
  { environment, flags, print, mayBegin = false }: OpenOptions,
  settings: { DATABASE_HOST?: string | undefined; DATA_DIR: string; PORT_BASE: number },
  teardown: Teardown,
): Promise<(domain: string) => string | Promise<string>> {
  if (environment[adminAddressName] || settings.DATABASE_HOST !== undefined) {
    const found = domainAddresses(environment, flags);
    const address = await found('stores');
    print(`on the databases of ${URL.canParse(address) ? new URL(address).host : settings.DATABASE_HOST}`);
    return found;
  }
  if (isClaimed(settings.DATA_DIR)) {
    print(`on the databases of the system that runs on ${settings.DATA_DIR}`);
    return domainAddresses(environment, flags);
  }
  // Refuses a folder on which no system was ever started: what is imported there would be served by none.
  if (!mayBegin) domainAddresses(environment, flags);
  teardown.add('data folder', claimDataDir(settings.DATA_DIR, false));
  print(`no system runs on ${settings.DATA_DIR}: starting its databases for this`);
  const cluster = await startCluster({
    dataDir: dataFolder(settings.DATA_DIR, 'postgres'),
    port: settings.PORT_BASE + postgresOffset,
    log: print,
  });
  teardown.add('PostgreSQL', () => cluster.stop());
  return (await openDatabases(cluster)).domain;
}

/** @throws StartupError when the database cannot be reached, or its tables are not there yet */
async function checkMigrated(
  name: string,
  pool: { query(sql: string): Promise<{ rows: { ready: boolean }[] }> },
): Promise<void> {
  try {
    const { rows } = await pool.query(`SELECT to_regclass('platform.outbox') IS NOT NULL AS ready`);
    if (rows[0]?.ready) return;
  } catch (error) {
    throw new StartupError(
      `the database of ${name} cannot be reached (${(error as Error).message}): see to ADMIN_DATABASE_URL or DATABASE_HOST, or to DATA_DIR and PORT_BASE.`,
    );
  }
  throw new StartupError(`the database of ${name} has no tables yet: start ${name} once, which makes them.`);
}
