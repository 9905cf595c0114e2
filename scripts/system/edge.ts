import type { Logger } from 'pino';
import type { PlatformSettings } from '#platform/config/settings.ts';
import { fileStoreOf, type FileStoreSettings } from '#platform/files/fileStoreSettings.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Revocations } from '#platform/identity/revocations.ts';
import type { RpcNetwork } from '#platform/rpc/network.ts';
import type { SubgraphCall } from '#platform/subgraph/execution.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import type { ChannelManifest } from '#gateway/channelManifest.ts';
import type { ExplorerHelp } from '#gateway/serve/explorer.ts';
import type { RateStore } from '#gateway/access/rateStore.ts';
import type { Purge } from '#gateway/kept/cdnPurges.ts';
import { Writes } from '#gateway/kept/writes.ts';
import type { GatewayRuntime, RunningChannel } from '#gateway/serve/gatewayRuntime.ts';
import type { ChannelEntry } from '#schema/channels.ts';
import { gatewayService } from '#schema/services.ts';
import { certificateOf, type CertificateSettings } from './certificateSettings.ts';
import { originsOf } from './channelOrigins.ts';
import { gatewayOffset } from './ports.ts';
import { portalOriginsOf, restUrlOf } from './portalAddresses.ts';
import { signInOf, type SignInSettings } from './signIn.ts';

export interface EdgeParts {
  readonly settings: PlatformSettings & FileStoreSettings & SignInSettings & CertificateSettings;
  readonly identity: Identity;
  readonly bus: EventBus;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly subgraphCall: (name: string) => SubgraphCall;
  /** The network by which the domains' services are called. */
  readonly network: Pick<RpcNetwork, 'transportTo'>;
  /** Where rates are counted; by default in the memory of this process. */
  readonly rateStore?: RateStore | undefined;
  /** Tells the CDN before the channels what to let go; undefined without one. */
  readonly purge?: Purge | undefined;
  /** Secrets that sign the cursors of streams. */
  readonly cursorKeys: readonly string[];
  /** The service name for calls to the domains; `gateway` if all channels run in one process. */
  readonly service?: string;
  /** What helps in the explorer of a channel that people of these roles use. */
  readonly explorerFor?: ((roles: readonly string[]) => ExplorerHelp) | undefined;
  /** The tokens that were revoked; kept up to date by `followRevocations`. */
  readonly revocations: Revocations;
  /** The mutations of this process. */
  readonly writes?: Writes;
}

/** The servers that clients connect to. */
export interface Edge {
  readonly gateway: RunningChannel;
  readonly channels: readonly RunningChannel[];
  /** Goes on serving but reports that it is not ready, so that load balancers turn away before `close`. */
  drain(): void;
  close(): Promise<void>;
}

/** Starts the gateway (the full graph) and these channels. If one fails, all are closed. */
export async function startEdge(
  given: Omit<EdgeParts, 'revocations' | 'writes'>,
  entries: readonly ChannelEntry[],
): Promise<Edge> {
  const [{ runGateway }, { followRevocations }] = await Promise.all([
    import('#gateway/serve/runGateway.ts'),
    import('#gateway/access/followRevocations.ts'),
  ]);
  const followed = await followRevocations(given);
  const parts: EdgeParts = { ...given, revocations: followed.revocations, writes: new Writes() };
  const started = await Promise.allSettled([
    gatewayRuntimeOf(parts).then(runGateway),
    ...entries.map((entry) => startChannel(entry, parts)),
  ]);
  const running = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const close = async (): Promise<void> => {
    await Promise.all(running.map((channel) => channel.close()));
    await followed.close();
  };
  const failed = started.find((result) => result.status === 'rejected');
  const [gateway, ...others] = running;
  if (failed || !gateway) {
    await close();
    throw failed?.reason;
  }
  return { gateway, channels: others, drain: () => running.forEach((channel) => channel.drain()), close };
}

/** Starts one channel of the registry. */
export async function startChannel(entry: ChannelEntry, parts: EdgeParts): Promise<RunningChannel> {
  const [{ runChannel }, { default: manifest }] = await Promise.all([
    import('#gateway/serve/runChannel.ts'),
    import(`../../bffs/${entry.name}/channel.ts`) as Promise<{ default: ChannelManifest }>,
  ]);
  return runChannel(manifest, {
    ...(await runtimeOf(parts, entry.port)),
    origins: [
      ...originsOf(parts.settings, entry.name),
      ...(manifest.routes ? portalOriginsOf(parts.settings, parts.service === undefined) : []),
    ],
    baseUrl: baseUrlOf(entry.name, parts.settings),
    restUrl: manifest.callsRest ? restUrlOf(parts.settings, parts.service === undefined) : undefined,
    signIn: signInOf(entry.name, parts.settings, parts.service === undefined),
    explorer: parts.explorerFor?.(
      // Whoever is a customer is nothing else.
      manifest.auth.roles.includes('customer') ? ['customer'] : manifest.auth.roles,
    ),
  });
}

/** The address by which partners' programs call a channel that lets them in. */
const baseUrlOf = (channel: string, { PARTNER_URL, REST_URL }: EdgeParts['settings']): string | undefined =>
  ({ partner: PARTNER_URL, rest: REST_URL })[channel];

/** Makes the runtime of the full graph. */
export const gatewayRuntimeOf = async (parts: EdgeParts): Promise<GatewayRuntime> => ({
  ...(await runtimeOf(parts, gatewayOffset)),
  origins: originsOf(parts.settings, gatewayService),
  explorer: parts.explorerFor?.(['admin']),
});

/** Makes the runtime that channels and the gateway need. It loads generated code: run `generate` before. */
export async function runtimeOf(
  {
    settings,
    identity,
    bus,
    log,
    metrics,
    subgraphCall,
    network,
    cursorKeys,
    rateStore,
    purge,
    revocations,
    writes,
    service,
  }: EdgeParts,
  offset: number,
): Promise<GatewayRuntime> {
  const { rpcFeedReader } = await import('#gateway/streams/feeds/rpcFeedReader.ts');
  return {
    profile: settings.PROFILE,
    engine: settings.ENGINE,
    circuit: {
      failures: settings.SUBGRAPH_CIRCUIT_FAILURES,
      openMs: settings.SUBGRAPH_CIRCUIT_OPEN_SECONDS * 1_000,
      patienceMs: settings.SUBGRAPH_CIRCUIT_PATIENCE_SECONDS * 1_000,
    },
    port: settings.PORT_BASE + offset,
    host: settings.HOST,
    subgraphCall,
    identity,
    bus: bus as GatewayRuntime['bus'],
    log,
    metrics,
    feeds: rpcFeedReader(network, service),
    network,
    service,
    cursorKeys,
    rateStore,
    purge,
    revocations,
    writes,
    files: fileStoreOf(settings),
    proxies: settings.TRUSTED_PROXIES,
    certificate: certificateOf(settings),
  };
}
