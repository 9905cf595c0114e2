import { loadSettings, mergeSettings } from '#platform/config/loadSettings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { grpcClients } from '#platform/rpc/network.ts';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { httpSubgraph } from '#gateway/execution/dataSources/httpSubgraph.ts';
import { channels } from '#schema/channels.ts';
import { channelService, gatewayService } from '#schema/services.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { originsSettings } from './channelOrigins.ts';
import { checkProfile } from './checkProfile.ts';
import { drainBefore } from './drain.ts';
import { gatewayRuntimeOf, startChannel, type EdgeParts } from './edge.ts';
import { patience } from './patience.ts';
import { grpcOffsetOf } from './ports.ts';
import { processMetrics } from './processMetrics.ts';
import { cdnOf } from './cdnOf.ts';
import { rateStoreOf } from './rateStoreOf.ts';
import { cursorKeysOf, identityOf, secretOptionsOf } from './secrets.ts';
import { signInSettings } from './signIn.ts';
import type { ServeContext } from './serveContext.ts';
import { addressOf, busOf, edgeSettings } from './serviceSettings.ts';

/** Runs one channel of the registry in a process of its own; the subgraphs run in theirs. */
export async function serveChannel(name: string, context: ServeContext): Promise<void> {
  const entry = channels.find((each) => each.name === name);
  if (!entry)
    throw new StartupError(
      `no channel ${name}: schema/channels.ts has ${channels.map((each) => each.name).join(', ')}.`,
    );
  const parts = await partsOf(channelService(name), context, [name]);
  const channel = await startChannel(entry, parts);
  context.teardown.add(`channel ${name}`, () => channel.close());
  drainBefore(context.teardown, parts.settings, () => channel.drain());
  context.ready(`channel ${name} on ${channel.url}`);
}

/** Runs the gateway (the full graph, for staff and tools) in a process of its own. */
export async function serveGateway(context: ServeContext): Promise<void> {
  const [{ runGateway }, parts] = await Promise.all([
    import('#gateway/serve/runGateway.ts'),
    partsOf(gatewayService, context, [gatewayService]),
  ]);
  const gateway = await runGateway(await gatewayRuntimeOf(parts));
  context.teardown.add('gateway', () => gateway.close());
  drainBefore(context.teardown, parts.settings, () => gateway.drain());
  context.ready(`gateway on ${gateway.url}`);
}

/** Reads the settings and makes what a channel or the gateway needs. `channelNames` are the channels it serves. */
async function partsOf(service: string, context: ServeContext, channelNames: readonly string[]): Promise<EdgeParts> {
  const settings = loadSettings(
    mergeSettings(edgeSettings, [originsSettings(channelNames), signInSettings(channelNames)]),
    context.sources,
  );
  checkProfile(settings, context.sources.environment);
  const log = createLogger({ level: settings.LOG_LEVEL, service });
  const patiently = patience(settings, log);
  const { metrics } = await processMetrics(settings.METRICS_PORT, settings, context.teardown);
  const secretOptions = secretOptionsOf(settings, context);
  const [identity, cursorKeys, rateStore, bus] = await Promise.all([
    identityOf(settings, secretOptions, [service], log),
    cursorKeysOf(secretOptions),
    rateStoreOf(settings, secretOptions, { log, metrics, teardown: context.teardown }),
    patiently(() => busOf(settings, log, secretOptions, context.teardown)),
  ]);
  const calls = new Map(
    subgraphs.map(({ name, port }) => {
      const call = httpSubgraph(addressOf(settings.SUBGRAPH_URL, name, settings.PORT_BASE + port));
      context.teardown.add(`connections to ${name}`, () => call.close());
      return [name, call] as const;
    }),
  );
  const subgraphCall: EdgeParts['subgraphCall'] = (name) =>
    calls.get(name) ?? (() => Promise.reject(new Error(`no subgraph ${name} in the registry`)));
  const network = grpcClients({
    identity,
    addressOf: (domain) => addressOf(settings.GRPC_URL, domain, settings.PORT_BASE + grpcOffsetOf(domain)),
  });
  context.teardown.add('connections to the domains', () => network.close());
  const { followRevocations } = await import('#gateway/access/followRevocations.ts');
  const followed = await patiently(() => followRevocations({ bus, network, log, service }));
  context.teardown.add('revocations', () => followed.close());
  return {
    settings,
    identity,
    bus,
    log,
    metrics,
    subgraphCall,
    network,
    cursorKeys,
    rateStore,
    purge: await cdnOf(settings, secretOptions, metrics),
    service,
    revocations: followed.revocations,
  };
}
