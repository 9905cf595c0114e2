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
import { clientKeyOf, cursorKeysOf, type SecretOptions } from './secrets.ts';
import { hasSandboxIssuer } from './signIn.ts';
import { Teardown } from './teardown.ts';

export interface RunningSystem {
  readonly settings: PlatformSettings;
  readonly subgraphs: readonly RunningSubgraph[];
  readonly edge: Edge;
  /** Where webhooks of systems outside are received. */
  readonly webhooksUrl: string;
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
 * sandbox's payment provider, mailbox and identity provider. The system is ready when this resolves. If it rejects,
 * everything has been stopped.
 */
export function startSystem(options: SystemOptions): Promise<RunningSystem> {
  return orNothing(async (teardown) => {
    const prepared = await prepareSystem(options, teardown);
    const { settings, identity, databases, definitions, log } = prepared;
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
      const sagas = await startSagas({ databaseUrl: databases.sagas, log, metrics });
      teardown.add('sagas', () => sagas.stop());
    }
    const [edge] = await bothOrNeither(
      startEdge({
        settings,
        identity,
        bus,
        log,
        metrics,
        network,
        cursorKeys: await cursorKeysOf(prepared.secretOptions),
        subgraphCall: callsOf(subgraphs),
        explorerFor: settings.PROFILE === 'development' ? await explorersOf(prepared.secretOptions) : undefined,
      }).then((started) => {
        teardown.add('gateway and channels', () => started.close());
        drainBefore(teardown, settings, () => started.drain());
        return started;
      }),
      allOrFirstFailure(subgraphs.map((subgraph) => subgraph.start())),
    );
    const { runWebhooks } = await import('#webhooks/runWebhooks.ts');
    const webhooks = await runWebhooks({
      databaseUrl: databases.webhooks,
      network,
      secrets: prepared.webhookSecrets,
      log,
      metrics,
      host: settings.HOST,
      port: settings.PORT_BASE + webhooksOffset,
    });
    teardown.add('webhooks', () => webhooks.close());
    drainBefore(teardown, settings, () => webhooks.drain());
    await startWebhookRelay(prepared, teardown, metrics);
    if (settings.SIMULATION ?? settings.PROFILE === 'development') {
      const { simulate } = await import('./development/simulation.ts');
      const deliveryUrl = edge.channels.find(({ name }) => name === 'delivery')?.url ?? edge.gateway.url;
      teardown.add(
        'simulation',
        await simulate({ gatewayUrl: edge.gateway.url, deliveryUrl, secretOptions: prepared.secretOptions, log }),
      );
    }
    const deviceToken =
      settings.PROFILE === 'development'
        ? await (await import('./development/demoToken.ts')).demoToken(prepared.secretOptions, { roles: ['kiosk'] })
        : undefined;
    return {
      settings,
      subgraphs,
      edge,
      webhooksUrl: webhooks.url,
      identity,
      bus,
      metricsUrl,
      demoDeviceToken: deviceToken,
      stop: () => teardown.run({ drain: true }),
    };
  });
}

/** In development, explorers show values of the seed, and have a token of those who use their channel. */
async function explorersOf(secretOptions: SecretOptions): Promise<EdgeParts['explorerFor']> {
  const [{ demoToken }, { exampleVariables }] = await Promise.all([
    import('./development/demoToken.ts'),
    import('#schema/seed/exampleVariables.ts'),
  ]);
  return (roles) => ({ variablesOf: exampleVariables, token: () => demoToken(secretOptions, { roles }) });
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
  const { startSandbox } = await import('./development/serveSandbox.ts');
  const { settings, providerKey, smtpPassword, webhookSecrets, secretOptions } = prepared;
  const sandbox = await startSandbox(settings.PORT_BASE, settings.DATA_DIR, {
    apiKey: providerKey,
    webhooks: {
      url: `http://127.0.0.1:${settings.PORT_BASE + webhooksOffset}/webhooks/payments`,
      secret: webhookSecrets.WEBHOOK_PAYMENTS_KEYS.split(',')[0] ?? '',
    },
    password: smtpPassword,
    identity: hasSandboxIssuer(settings)
      ? { key: await clientKeyOf(secretOptions), audience: settings.CLIENT_AUDIENCE ?? developmentAudience }
      : undefined,
  });
  teardown.add('payment provider, mailbox and identity provider', () => sandbox.close());
}

async function openSubgraphs(
  prepared: PreparedSystem,
  teardown: Teardown,
  metrics?: Metrics,
): Promise<{ subgraphs: RunningSubgraph[]; bus: EventBus; network: RpcNetwork }> {
  const { settings, definitions, databases, identity, bus, log } = prepared;
  // Imported only now, because it is slow to load and needs generated code.
  const { runSubgraph } = await import('#platform/subgraph/runSubgraph.ts');
  if (metrics) reportLag(metrics, bus);
  const network = localNetwork(identity);
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

function callsOf(subgraphs: readonly RunningSubgraph[]): (name: string) => SubgraphCall {
  const byName = new Map(subgraphs.map(({ name, execute }) => [name, execute]));
  return (name) => byName.get(name) ?? (() => Promise.reject(new Error(`no subgraph ${name} in this process`)));
}
