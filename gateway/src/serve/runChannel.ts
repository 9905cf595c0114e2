import { fileURLToPath } from 'node:url';
import { InvalidToken } from '#platform/identity/identity.ts';
import { servicePrincipal, type Principal } from '#platform/identity/principal.ts';
import { currentTrace } from '#platform/telemetry/trace.ts';
import { gatewayService } from '#schema/services.ts';
import { defaultRatePolicy, type ChannelManifest, type ViewContext } from '../channelManifest.ts';
import { createClientIdentity } from '../access/clientIdentity.ts';
import { RefusedTokens } from '../access/refusedTokens.ts';
import type { GatewayRuntime, RunningChannel } from './gatewayRuntime.ts';
import { documentRegistry } from './documentRegistry.ts';
import { buildGraph } from '../graph/graph.ts';
import { internalCaller } from './internalCaller.ts';
import { currentReading } from '../kept/reading.ts';
import { Writes } from '../kept/writes.ts';
import type { LiveGraph } from '../execution/liveGraph.ts';
import { loadPages } from './pages.ts';
import { loadDescriptions, loadRoutes } from '../rest/loadRoutes.ts';
import type { Route } from '../rest/route.ts';
import type { Caller } from '../execution/pipeline.ts';
import type { GraphService } from './graphService.ts';
import { createLiveGraph } from './liveGraphOf.ts';
import { serveGraph } from './serveGraph.ts';
import { readPlans } from '../execution/federation/planning/madePlans.ts';
import { releasesFolder } from '../documents/release.ts';
import { loadTrustedDocuments, type TrustedDocuments } from '../documents/trustedDocuments.ts';
import { viewName, viewSubgraph } from './viewSubgraph.ts';
import { viewRunner } from './viewRunner.ts';
import { supergraphFile, type SupergraphFile } from './watchSupergraph.ts';

const root = new URL('../../../', import.meta.url);

/** The composed supergraph of a channel, in the file that `generate` writes. */
const composed = (name: string): SupergraphFile =>
  supergraphFile(
    fileURLToPath(new URL(`generated/channels/${name}.supergraph.graphql`, root)),
    `The channel ${name} has not been composed: run \`npx -y pnpm@10.34.9 generate\`.`,
  );

/** The documents that a channel runs in production: its own, those of older builds of its clients, and its routes. */
export function trustedDocumentsOf(
  { directory, ...manifest }: ChannelManifest,
  routes: readonly Route[] | undefined = manifest.routes && loadRoutes(manifest.routes),
): TrustedDocuments {
  const trusted = loadTrustedDocuments(new URL('operations/', directory), new URL(`${releasesFolder}/`, directory));
  for (const { source, file } of routes ?? []) trusted.add(source, file);
  return trusted;
}

/**
 * Serves a channel as its manifest says. Resolves when it listens for requests and hears the event bus. Without
 * `supergraph` it serves the composed one, and reloads it when the file changes.
 * @throws StartupError if the channel has not been composed; an Error if a trusted document is invalid in it;
 * EADDRINUSE if the port is taken
 */
export async function runChannel(
  manifest: ChannelManifest,
  runtime: GatewayRuntime,
  supergraph?: string,
): Promise<RunningChannel> {
  const file = supergraph === undefined ? composed(manifest.name) : undefined;
  const graph = buildGraph(supergraph ?? file!.text, { composed: file !== undefined });
  const routes = manifest.routes && loadRoutes(manifest.routes);
  const trusted = trustedDocumentsOf(manifest, routes);
  const pages = loadPages(manifest, runtime.profile, runtime);
  const callerOf = internalCaller(runtime.identity);
  let live: LiveGraph | undefined = undefined;
  const view = await viewSubgraph(manifest, runtime.log, (authorization) =>
    viewContext(manifest, authorization, runtime, trusted, () => live, callerOf),
  );
  const development = runtime.profile === 'development';
  const service: GraphService = {
    name: manifest.name,
    graph,
    plans: file && readPlans(new URL(`generated/channels/${manifest.name}.plans.json`, root), file.text),
    engine: runtime.engine,
    circuit: runtime.circuit,
    pages,
    files: manifest.images ? runtime.files : undefined,
    trusted,
    routes,
    descriptions: manifest.routes && loadDescriptions(manifest.routes),
    callerOf,
    anyDocument: development,
    discreet: !development,
    subgraphCall: (name) => (name === viewName && view ? view : runtime.subgraphCall(name)),
    clients: createClientIdentity(
      manifest.name,
      manifest.auth,
      runtime.identity,
      new RefusedTokens(runtime.log),
      runtime.revocations,
    ),
    revocations: runtime.revocations,
    explorer: runtime.explorer,
    ...(manifest.auth.apps &&
      runtime.network && {
        apps: {
          // Loaded by this channel alone: it needs code that is generated from our domains' protocols.
          access: (await import('../access/apps/rpcAppAccess.ts')).rpcAppAccess(runtime.network, runtime.service),
          baseUrl: runtime.baseUrl,
        },
      }),
    ...(manifest.auth.devices &&
      runtime.network && {
        devices: {
          role: manifest.auth.devices,
          // As for apps.
          access: (await import('../access/devices/rpcDeviceAccess.ts')).rpcDeviceAccess(
            runtime.network,
            runtime.service,
          ),
          identity: runtime.identity,
        },
      }),
    origins: [...(manifest.origins ?? []), ...(runtime.origins ?? [])],
    proxies: runtime.proxies,
    certificate: runtime.certificate,
    limits: manifest.limits,
    rates: manifest.rates ?? (development ? undefined : defaultRatePolicy),
    appRates: manifest.appRates,
    rateStore: runtime.rateStore,
    load: manifest.load,
    cache: manifest.cache,
    purge: runtime.purge,
    mcp: manifest.mcp,
    streams: manifest.streams,
    subgraphErrors: 'masked',
    bus: runtime.bus,
    feeds: runtime.feeds,
    cursorKeys: runtime.cursorKeys,
    hub: runtime.hub,
    writes: runtime.writes ?? new Writes(),
    log: runtime.log,
    metrics: runtime.metrics,
    port: runtime.port,
    host: runtime.host,
  };
  const replaceable = createLiveGraph(service);
  live = replaceable;
  const running = await serveGraph(service, replaceable);
  return file?.watchedBy(running, runtime.log) ?? running;
}

async function viewContext(
  manifest: ChannelManifest,
  authorization: string | undefined,
  runtime: GatewayRuntime,
  trusted: TrustedDocuments,
  live: () => LiveGraph | undefined,
  callerOf: (principal: Principal, traceparent: string) => Caller,
): Promise<ViewContext | undefined> {
  const ready = live()?.current;
  const token = authorization?.replace(/^Bearer /, '');
  if (!ready || !token) return undefined;
  try {
    const principal = await runtime.identity.verifyInternalToken(token, viewName);
    return {
      principal,
      log: runtime.log,
      run: viewRunner(ready, trusted, callerOf(principal, currentTrace().traceparent)),
      registry: documentRegistry(manifest, runtime, ready),
      domains: domainTransports(manifest, runtime),
      ...(manifest.operations && {
        issueActingToken: (channel, who) => {
          runtime.metrics?.count('actingTokens', { channel });
          return runtime.identity.issueActingToken(channel, who);
        },
      }),
    };
  } catch (error) {
    if (error instanceof InvalidToken) return undefined;
    throw error;
  }
}

function domainTransports(
  { operations }: ChannelManifest,
  { network, service = gatewayService }: GatewayRuntime,
): ViewContext['domains'] {
  if (!operations || !network) return undefined;
  return (name) => {
    currentReading()?.asksAnything();
    return network.transportTo(name, servicePrincipal(service));
  };
}
