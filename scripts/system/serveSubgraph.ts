import { once } from 'node:events';
import { loadSettings, mergeSettings } from '#platform/config/loadSettings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { reportLag } from '#platform/events/reportLag.ts';
import { firstConnection } from '#platform/postgres/firstConnection.ts';
import { giveUpHungDatabases } from '#platform/postgres/hungDatabases.ts';
import { grpcNetwork } from '#platform/rpc/network.ts';
import { announceClose, closeHttpServer } from '#platform/subgraph/closeHttpServer.ts';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { checkProfile } from './checkProfile.ts';
import { databaseAddress } from './databaseAddress.ts';
import { migrateDomain, sagaDatabase } from './databases.ts';
import { loadDefinitions } from './definitions.ts';
import { drainBefore } from './drain.ts';
import { patience } from './patience.ts';
import { grpcOffsetOf } from './ports.ts';
import { processMetrics } from './processMetrics.ts';
import { sandboxDefaults } from './sandboxDefaults.ts';
import { serviceIdentityOf, secretOptionsOf, secretsOf } from './secrets.ts';
import type { ServeContext } from './serveContext.ts';
import { addressOf, busOf, subgraphSettings } from './serviceSettings.ts';

/** How long requests may finish while the process stops; more than a request's deadline. */
const finishWithinMs = 16_000;

/** Runs one subgraph in a process of its own: it serves GraphQL and gRPC to our own services. */
export async function serveSubgraph(name: string, context: ServeContext): Promise<void> {
  const entry = subgraphs.find((each) => each.name === name);
  if (!entry)
    throw new StartupError(
      `no subgraph ${name}: schema/subgraphs.ts has ${subgraphs.map((each) => each.name).join(', ')}.`,
    );
  const [registered] = await loadDefinitions([entry]);
  if (!registered) throw new StartupError(`no code for the subgraph ${name}.`);
  const { definition } = registered;
  const early = loadSettings(subgraphSettings, { ...context.sources, moreToCome: true });
  checkProfile(early, context.sources.environment);
  const secretOptions = secretOptionsOf(early, context);
  const secrets = await secretsOf([definition.config], secretOptions);
  const settings = loadSettings(mergeSettings(subgraphSettings, [definition.config]), {
    ...context.sources,
    environment: { ...context.sources.environment, ...secrets },
    defaults: early.PROFILE === 'development' ? sandboxDefaults(early.PORT_BASE, early.GRPC_URL) : {},
  });
  const log = createLogger({ level: settings.LOG_LEVEL, service: name });
  const patiently = patience(settings, log);
  const { metrics } = await processMetrics(settings.METRICS_PORT, settings, context.teardown);
  context.teardown.drainFirst('databases that hang', () => void giveUpHungDatabases(log));
  const databaseUrl = await databaseAddress(settings, secretOptions, {
    database: entry.database,
    whole: 'DATABASE_URL',
    whatFor: `the subgraph ${name}`,
  });
  await patiently(() => migrateDomain(databaseUrl, name));
  /** As soon as it runs, that of the domain: others refuse what a process signs whose own clock is wrong. */
  let clock = () => new Date();
  const [{ runSubgraph }, identity, bus] = await Promise.all([
    import('#platform/subgraph/runSubgraph.ts'),
    serviceIdentityOf(secretOptions, name, () => clock()),
    patiently(() => busOf(settings, log, secretOptions, context.teardown)),
  ]);
  reportLag(metrics, bus);

  const portOf = (domain: string): number =>
    settings.PORT_BASE + (subgraphs.find((each) => each.name === domain)?.port ?? 0);
  const network = grpcNetwork({
    identity,
    addressOf: (domain) => addressOf(settings.GRPC_URL, domain, settings.PORT_BASE + grpcOffsetOf(domain)),
    listen: { host: settings.HOST, port: settings.PORT_BASE + grpcOffsetOf(name) },
  });
  context.teardown.add('connections to other domains', () => network.close());
  const running = await patiently(() =>
    runSubgraph(definition, {
      databaseUrl,
      bus,
      identity,
      network,
      log,
      metrics,
      profile: settings.PROFILE,
      configuration: settings,
    }),
  );
  clock = running.domain.clock;
  context.teardown.add(`subgraph ${name}`, () => running.stop());
  if (settings.PROFILE === 'development') await running.seed();
  if (definition.sagas?.length) {
    const sagasUrl = await databaseAddress(settings, secretOptions, {
      database: sagaDatabase,
      whole: 'SAGAS_DATABASE_URL',
      whatFor: `the sagas of ${name}`,
    });
    // Connects once before DBOS does, because DBOS's own error about an unreachable server helps no operator.
    await patiently(async () => (await firstConnection(sagasUrl)).end());
    const { startSagas } = await import('#platform/sagas/sagaHost.ts');
    const sagas = await startSagas({ databaseUrl: sagasUrl, log, metrics, only: name });
    context.teardown.add('sagas', () => sagas.stop());
  }
  await patiently(() => running.start());
  const server = running.httpServer();
  server.listen(portOf(name), settings.HOST);
  await once(server, 'listening');
  context.teardown.add('HTTP', () => closeHttpServer(server, finishWithinMs));
  drainBefore(context.teardown, settings, () => {
    running.drain();
    announceClose(server);
  });
  context.ready(
    `subgraph ${name} on http://${settings.HOST}:${portOf(name)}/graphql, gRPC on ${settings.PORT_BASE + grpcOffsetOf(name)}`,
  );
}
