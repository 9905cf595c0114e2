import type { PlatformSettings } from '#platform/config/settings.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { developmentAudience } from '#platform/identity/developmentIssuer.ts';
import { localNetwork, type RpcNetwork } from '#platform/rpc/network.ts';
import type { SubgraphCall } from '#platform/subgraph/execution.ts';
import type { RunningSubgraph } from '#platform/subgraph/runSubgraph.ts';
import { reportLag } from '#platform/events/reportLag.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import { allOrFirstFailure, partnersDatabase } from './databases.ts';
import { channels } from '#schema/channels.ts';
import { edges } from '#schema/edges.ts';
import { webhooksService } from '#schema/services.ts';
import { subgraphs as subgraphEntries } from '#schema/subgraphs.ts';
import { drainBefore } from './drain.ts';
import { startEdge, type Edge, type EdgeParts } from './edge.ts';
import { webhookRelayOffset, webhooksOffset } from './ports.ts';
import {
  bothOrNeither,
  metricsPortOf,
  prepareSystem,
  type PreparedSystem,
  type SystemOptions,
} from './prepareSystem.ts';
import { processMetrics } from './processMetrics.ts';
import { certificateOf, type CertificateSettings } from './certificateSettings.ts';
import { cdnOf } from './cdnOf.ts';
import { rateStoreOf } from './rateStoreOf.ts';
import { clientKeyOf, cursorKeysOf, secretsNamed } from './secrets.ts';
import { hasSandboxIssuer } from './signIn.ts';
import type { StartParts } from './startParts.ts';
import { Teardown } from './teardown.ts';

export interface RunningSystem {
  readonly settings: PlatformSettings & CertificateSettings;
  /** Whether the channels speak TLS with a certificate that only who trusts it by hand believes. */
  readonly ownCertificate: boolean;
  readonly subgraphs: readonly RunningSubgraph[];
  readonly edge: Edge;
  /** What of the system runs. */
  readonly parts: StartParts;
  /** Where webhooks of systems outside are received; undefined if no subgraph runs that takes any. */
  readonly webhooksUrl: string | undefined;
  readonly identity: Identity;
  readonly bus: EventBus;
  /** The URL of /metrics. */
  readonly metricsUrl: string;
  /** A token for a screen of the demo store; in the development profile only. */
  readonly demoDeviceToken?: string;
  /** Stops in order: takes no new requests, finishes those under way, and then closes databases and the bus. */
  stop(): Promise<void>;
}

/**
 * Runs everything in this process: databases, subgraphs, sagas, the gateway and all channels; in development also the
 * servers of the sandbox: payment provider, delivery partners, loyalty partner, supplier, mailbox and identity
 * provider. The system is ready when
 * this resolves. If it rejects, everything has been stopped.
 */
export function startSystem(options: SystemOptions): Promise<RunningSystem> {
  return orNothing(async (teardown) => {
    const prepared = await prepareSystem(options, teardown);
    const { settings, identity, databases, definitions, log, parts } = prepared;
    const runs = (name: string): boolean => parts.subgraphs.some((each) => each.name === name);
    const { metrics, url: metricsUrl = '' } = await processMetrics(metricsPortOf(settings), settings, teardown);
    if (settings.PROFILE === 'development') await startSandboxServers(prepared, teardown);
    const { subgraphs, bus, network } = await openSubgraphs(prepared, teardown, metrics);
    if (settings.PROFILE === 'development') {
      options.progress('seeding');
      await allOrFirstFailure(subgraphs.map((subgraph) => subgraph.seed()));
    }
    options.progress('starting sagas, consumers, gateway and channels');
    if (definitions.some(({ definition }) => definition.sagas?.length)) {
      const { startSagas } = await import('#platform/sagas/sagaHost.ts');
      const sagas = await startSagas({ databaseUrl: databases.sagas, log, metrics, only: sagasOf(prepared) });
      teardown.add('sagas', () => sagas.stop());
    }
    const [edge]: [Edge, unknown] = await bothOrNeither(
      startEdge(
        {
          settings,
          identity,
          bus,
          log,
          metrics,
          network,
          cursorKeys: await cursorKeysOf(prepared.secretOptions),
          rateStore: await rateStoreOf(settings, prepared.secretOptions, { log, metrics, teardown }),
          purge: await cdnOf(settings, prepared.secretOptions, metrics),
          subgraphCall: await callsOf(subgraphs, prepared),
          explorerFor:
            settings.PROFILE === 'development'
              ? await explorersOf(prepared, teardown, (): string => edge.gateway.url)
              : undefined,
        },
        parts.channels,
      ).then((started) => {
        teardown.add('gateway and channels', () => started.close());
        drainBefore(teardown, settings, () => started.drain());
        return started;
      }),
      allOrFirstFailure(subgraphs.map((subgraph) => subgraph.start())),
    );
    const webhooksUrl = doorCalls.some(runs) ? await startWebhooks(prepared, network, teardown, metrics) : undefined;
    if (runs(partnersDatabase)) await startWebhookRelay(prepared, teardown, metrics);
    const wantsPeople = settings.SIMULATION ?? settings.PROFILE === 'development';
    if (wantsPeople && runs('orders') && runs('delivery')) {
      const { simulate } = await import('./development/simulation.ts');
      const deliveryUrl = edge.channels.find(({ name }) => name === 'delivery')?.url ?? edge.gateway.url;
      teardown.add(
        'simulation',
        await simulate({
          gatewayUrl: edge.gateway.url,
          deliveryUrl,
          secretOptions: prepared.secretOptions,
          trusted: certificateOf(settings)?.certPath,
          log,
        }),
      );
    }
    const deviceToken =
      settings.PROFILE === 'development'
        ? await (await import('./development/demoToken.ts')).demoToken(prepared.secretOptions, { roles: ['kiosk'] })
        : undefined;
    return {
      settings,
      ownCertificate: prepared.ownCertificate,
      subgraphs,
      edge,
      parts,
      webhooksUrl,
      identity,
      bus,
      metricsUrl,
      demoDeviceToken: deviceToken,
      stop: () => teardown.run({ drain: true }),
    };
  });
}

async function explorersOf(
  { settings, secretOptions, log }: PreparedSystem,
  teardown: Teardown,
  gatewayUrl: () => string,
): Promise<EdgeParts['explorerFor']> {
  const { developmentExplorers } = await import('./development/explorers.ts');
  const end = new AbortController();
  teardown.add('examples of explorers', () => end.abort());
  const trusted = certificateOf(settings)?.certPath;
  return developmentExplorers({ gatewayUrl, secretOptions, trusted, log, signal: end.signal });
}

/** The subgraphs that the door for webhooks calls. */
const doorCalls: readonly string[] = edges.filter(({ from }) => from === webhooksService).map(({ to }) => to);

async function startWebhooks(
  { settings, databases, webhookSecrets, log }: PreparedSystem,
  network: RpcNetwork,
  teardown: Teardown,
  metrics: Metrics,
): Promise<string> {
  const { runWebhooks } = await import('#webhooks/runWebhooks.ts');
  const webhooks = await runWebhooks({
    databaseUrl: databases.webhooks,
    network,
    secrets: webhookSecrets,
    log,
    metrics,
    host: settings.HOST,
    port: settings.PORT_BASE + webhooksOffset,
  });
  teardown.add('webhooks', () => webhooks.close());
  drainBefore(teardown, settings, () => webhooks.drain());
  return webhooks.url;
}

/**
 * The domains whose sagas run here, as a name; undefined for all. Sagas of other parts are left to a process that has
 * them, since this one would take them over and has not their code.
 */
function sagasOf({ parts, definitions }: PreparedSystem): string | undefined {
  if (parts.subgraphs.length === subgraphEntries.length) return undefined;
  return definitions.flatMap(({ entry, definition }) => (definition.sagas?.length ? [entry.name] : [])).join('+');
}

async function startWebhookRelay(
  { settings, databases, relaySecrets, log }: PreparedSystem,
  teardown: Teardown,
  metrics: Metrics,
): Promise<void> {
  const { runWebhookRelay } = await import('#subgraphs/partners/src/relay/runWebhookRelay.ts');
  const relay = await runWebhookRelay({
    databaseUrl: databases.domain(partnersDatabase),
    secrets: relaySecrets,
    reach: settings.PROFILE === 'production' ? 'public' : 'any',
    log,
    metrics,
    host: settings.HOST,
    port: settings.PORT_BASE + webhookRelayOffset,
  });
  teardown.add('webhook relay', () => relay.close());
  drainBefore(teardown, settings, () => relay.drain());
}

/** Makes, migrates and seeds the databases, in any profile, then stops what it has started for that. */
export function seedSystem(options: SystemOptions): Promise<void> {
  return orNothing(async (teardown) => {
    const { subgraphs } = await openSubgraphs(await prepareSystem(options, teardown), teardown);
    await allOrFirstFailure(subgraphs.map((subgraph) => subgraph.seed()));
    await teardown.run();
  });
}

async function orNothing<T>(work: (teardown: Teardown) => Promise<T>): Promise<T> {
  const teardown = new Teardown();
  try {
    return await work(teardown);
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function startSandboxServers(prepared: PreparedSystem, teardown: Teardown): Promise<void> {
  const { startSandbox, namesOfPartnersSecrets } = await import('./development/serveSandbox.ts');
  const { settings, smtpPassword, secretOptions } = prepared;
  const sandbox = await startSandbox(settings.PORT_BASE, settings.DATA_DIR, {
    password: smtpPassword,
    partnerSecrets: await secretsNamed(namesOfPartnersSecrets(), secretOptions),
    identity: hasSandboxIssuer(settings)
      ? {
          key: await clientKeyOf(secretOptions),
          audience: settings.CLIENT_AUDIENCE ?? developmentAudience,
          pageOrigins: certificateOf(settings) && ((channel: string) => originsOverTls(settings.PORT_BASE, channel)),
        }
      : undefined,
  });
  teardown.add('servers of the sandbox', () => sandbox.close());
}

/** Where the pages of a channel are that speaks TLS. */
function originsOverTls(base: number, channel: string): string[] {
  const port = base + (channels.find(({ name }) => name === channel)?.port ?? 0);
  return ['localhost', '127.0.0.1'].map((host) => `https://${host}:${port}`);
}

async function openSubgraphs(
  prepared: PreparedSystem,
  teardown: Teardown,
  metrics?: Metrics,
): Promise<{ subgraphs: RunningSubgraph[]; bus: EventBus; network: RpcNetwork }> {
  const { settings, definitions, databases, identity, bus, log, parts } = prepared;
  // Imported only now, because it is slow to load and needs generated code.
  const { runSubgraph } = await import('#platform/subgraph/runSubgraph.ts');
  if (metrics) reportLag(metrics, bus);
  const mocked = parts.mocked.map(({ name }) => name);
  const local = localNetwork(identity);
  const network =
    mocked.length > 0
      ? await (await import('./development/mockedSubgraphs.ts')).networkWithMocks(local, mocked)
      : local;
  const subgraphs = await allOrFirstFailure(
    definitions.map(async ({ entry, definition }) => {
      const running = await runSubgraph(definition, {
        databaseUrl: databases.domain(entry.name),
        bus,
        identity,
        network,
        log,
        metrics,
        profile: settings.PROFILE,
        configuration: settings,
      });
      teardown.add(`subgraph ${entry.name}`, () => running.stop());
      return running;
    }),
  );
  return { subgraphs, bus, network };
}

/** The way to each subgraph that runs, and to the mocks of those that are mocked. */
async function callsOf(
  running: readonly RunningSubgraph[],
  { parts, identity }: PreparedSystem,
): Promise<(name: string) => SubgraphCall> {
  const mocked = parts.mocked.map(({ name }) => name);
  const mocks =
    mocked.length > 0 ? (await import('./development/mockedSubgraphs.ts')).mockedCalls(mocked, identity) : [];
  const byName = new Map([...running.map(({ name, execute }) => [name, execute] as const), ...mocks]);
  return (name) => byName.get(name) ?? (() => Promise.reject(new Error(`the subgraph ${name} does not run here`)));
}
