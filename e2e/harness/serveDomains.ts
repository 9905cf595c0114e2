import { once } from 'node:events';
import { z } from 'zod';
import { loadSettings, mergeSettings } from '#platform/config/loadSettings.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { grpcClients, grpcNetwork, localNetwork, type RpcNetwork } from '#platform/rpc/network.ts';
import { startSagas } from '#platform/sagas/sagaHost.ts';
import { runSubgraph, type RunningSubgraph } from '#platform/subgraph/runSubgraph.ts';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { followRevocations } from '#gateway/access/followRevocations.ts';
import { httpSubgraph } from '#gateway/execution/dataSources/httpSubgraph.ts';
import { runGateway } from '#gateway/serve/runGateway.ts';
import { startPaymentProvider } from '#sandbox/paymentProvider/paymentProvider.ts';
import { gatewayService } from '#schema/services.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { loadDefinitions } from '../../scripts/system/definitions.ts';
import { runtimeOf } from '../../scripts/system/edge.ts';
import { gatewayOffset, grpcOffset, providerOffset } from '../../scripts/system/ports.ts';
import { processMetrics } from '../../scripts/system/processMetrics.ts';
import {
  cursorKeysOf,
  identityOf,
  providerKeyName,
  secretsNamed,
  type SecretOptions,
} from '../../scripts/system/secrets.ts';
import { busOf, edgeSettings, subgraphSettings } from '../../scripts/system/serviceSettings.ts';
import { Teardown } from '../../scripts/system/teardown.ts';

/**
 * Serves every domain in this one process, for channels in processes of their own. The domains are seeded, and serve
 * GraphQL and gRPC at the ports of `serve subgraph`; the full graph and the payment provider are served, too.
 * DOMAIN_DATABASES has the database address of each domain, as JSON; DOMAINS_ELSEWHERE names those that other processes
 * serve at their ports; all secrets are in the environment. It prints `serving domains` when it is ready.
 */
const teardown = new Teardown();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void teardown.run().then(() => process.exit(0)));

const definitions = await loadDefinitions();
const ownSettings = z.object({
  ...subgraphSettings.shape,
  ...edgeSettings.shape,
  DOMAIN_DATABASES: z.string(),
  DOMAINS_ELSEWHERE: z.string().default(''),
  SAGAS_DATABASE_URL: z.string(),
});
const settings = loadSettings(
  mergeSettings(
    ownSettings,
    definitions.map(({ definition }) => definition.config),
  ),
  { environment: process.env },
);
const elsewhere = new Set(settings.DOMAINS_ELSEWHERE.split(','));
const databases = JSON.parse(settings.DOMAIN_DATABASES) as Record<string, string>;
const secrets: SecretOptions = { settings, environment: process.env, onMade: () => undefined };
const log = createLogger({ level: settings.LOG_LEVEL });
const { metrics } = await processMetrics(settings.METRICS_PORT, settings, teardown);

const { [providerKeyName]: apiKey = '' } = await secretsNamed([providerKeyName], secrets);
const provider = await startPaymentProvider({
  port: settings.PORT_BASE + providerOffset,
  dataDir: settings.DATA_DIR,
  apiKey,
  // It tells nobody anything, so that what is known of a payment was asked for.
  kassa: { apiKey },
});
teardown.add('payment provider', () => provider.close());
const [identity, cursorKeys, bus] = await Promise.all([
  identityOf(settings, secrets, [gatewayService, ...subgraphs.map(({ name }) => name)], log),
  cursorKeysOf(secrets),
  busOf(settings, log, secrets, teardown),
]);

const portOf = new Map(definitions.map(({ entry }) => [entry.name, settings.PORT_BASE + entry.port]));
const network = insideAndOutside(identity);
const running = new Map<string, RunningSubgraph>();
for (const { definition } of definitions.filter(({ entry }) => !elsewhere.has(entry.name))) {
  const subgraph = await runSubgraph(definition, {
    databaseUrl: databases[definition.name] ?? '',
    poolSize: definition.name === 'orders' ? 20 : 8,
    bus,
    identity,
    network,
    log,
    metrics,
    configuration: settings,
  });
  teardown.add(definition.name, () => subgraph.stop());
  running.set(definition.name, subgraph);
}
await Promise.all([...running.values()].map((subgraph) => subgraph.seed()));
const sagas = await startSagas({ databaseUrl: settings.SAGAS_DATABASE_URL, log, metrics });
teardown.add('sagas', () => sagas.stop());
await Promise.all([...running.values()].map(serve));

const followed = await followRevocations({ bus, network, log });
teardown.add('revocations', () => followed.close());
const gateway = await runGateway(
  await runtimeOf(
    {
      settings,
      identity,
      bus,
      log,
      metrics,
      network,
      cursorKeys,
      revocations: followed.revocations,
      subgraphCall: (name) =>
        running.get(name)?.execute ?? httpSubgraph(`http://127.0.0.1:${portOf.get(name) ?? 0}/graphql`),
    },
    gatewayOffset,
  ),
);
teardown.add('gateway', () => gateway.close());
console.log('serving domains');

/** The domains call each other within the process. Between them and other processes, calls are gRPC. */
function insideAndOutside(callers: Identity): RpcNetwork {
  const inside = localNetwork(callers);
  const addressOf = (domain: string) => `http://127.0.0.1:${(portOf.get(domain) ?? 0) + grpcOffset}`;
  const others = grpcClients({ identity: callers, addressOf });
  teardown.add('connections to other domains', () => others.close());
  return {
    transportTo: (domain, caller) => (elsewhere.has(domain) ? others : inside).transportTo(domain, caller),
    async serve(domain, services) {
      const outside = grpcNetwork({
        identity: callers,
        addressOf,
        listen: { host: settings.HOST, port: (portOf.get(domain) ?? 0) + grpcOffset },
      });
      const serving = await Promise.all([inside.serve(domain, services), outside.serve(domain, services)]);
      return { close: async () => void (await Promise.all(serving.map((each) => each.close()))) };
    },
  };
}

async function serve(subgraph: RunningSubgraph): Promise<void> {
  await subgraph.start();
  const server = subgraph.httpServer();
  server.listen(portOf.get(subgraph.name), settings.HOST);
  await once(server, 'listening');
  teardown.add(
    `HTTP of ${subgraph.name}`,
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
}
