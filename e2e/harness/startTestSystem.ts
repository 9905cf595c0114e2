import { randomBytes } from 'node:crypto';
import pino, { type Logger } from 'pino';
import { kafkaBus, type KafkaClientName } from '#platform/events/bus/kafka/kafkaBus.ts';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { reportLag } from '#platform/events/reportLag.ts';
import { folderStore } from '#platform/files/folderStore.ts';
import {
  developmentAudience,
  developmentIssuer,
  issueToken,
  newSigningKey,
  publishedKey,
} from '#platform/identity/developmentIssuer.ts';
import { createIdentity, type Identity } from '#platform/identity/identity.ts';
import type { CertificateFiles } from '#platform/http/tlsDoor.ts';
import { localNetwork } from '#platform/rpc/network.ts';
import { startSagas } from '#platform/sagas/sagaHost.ts';
import type { SubgraphDefinition } from '#platform/subgraph/defineSubgraph.ts';
import { runSubgraph, type RunningSubgraph } from '#platform/subgraph/runSubgraph.ts';
import { createMetrics } from '#platform/telemetry/metrics.ts';
import { freePort } from '#platform/postgres/freePort.ts';
import { serveMetrics } from '#platform/telemetry/serveMetrics.ts';
import { startKafkaBroker } from '#platform/testkit/kafka/kafkaBroker.ts';
import { folderOfRun, temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import {
  busDatabase,
  databaseOf,
  secretOfRun,
  seededDatabase,
  testDatabase,
  type TestDatabase,
} from '#platform/testkit/testDatabase.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import type { ChannelManifest } from '#gateway/channelManifest.ts';
import { followRevocations } from '#gateway/access/followRevocations.ts';
import type { GatewayRuntime, RunningChannel } from '#gateway/serve/gatewayRuntime.ts';
import { runChannel } from '#gateway/serve/runChannel.ts';
import { runGateway } from '#gateway/serve/runGateway.ts';
import { rpcFeedReader } from '#gateway/streams/feeds/rpcFeedReader.ts';
import { startDeliveryPartners } from '#sandbox/deliveryPartners/deliveryPartners.ts';
import { startIdentityProvider, type IdentityProviderOptions } from '#sandbox/identityProvider/identityProvider.ts';
import { startMailbox, type Mailbox } from '#sandbox/mailbox/mailbox.ts';
import { startPaymentProvider } from '#sandbox/paymentProvider/paymentProvider.ts';
import { startSimulation } from '#sandbox/simulation/simulation.ts';
import type { Pace } from '#sandbox/simulation/pace.ts';
import { channels } from '#schema/channels.ts';
import { pageClientOf } from '#schema/identityClients.ts';
import { isNamedById, scopesOfRole, storeRoles, type Role } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { supportActing } from '#schema/support.ts';
import { eventTopics } from '#schema/topics.ts';
import { runWebhookRelay } from '#subgraphs/partners/src/relay/runWebhookRelay.ts';
import { runWebhooks } from '#webhooks/runWebhooks.ts';
import { ChannelClient, contractOf } from './channelClient.ts';

/** A person or device that does something in a scenario. */
export interface Actor {
  readonly role: Exclude<Role, 'anonymous'>;
  /** By default customer 1 or courier 1; for other roles a name made from the role. */
  readonly subject?: string;
  /** The id of the store that a device or a member of staff is bound to; by default the demo store. */
  readonly store?: string;
}

export interface TestSystemOptions {
  /** The bus: by default PostgreSQL, or a Kafka broker of the system's own, which is reached with this client. */
  readonly bus?: 'postgres' | KafkaClientName;
  /** By default `production`, which allows trusted documents only, as clients experience it. */
  readonly profile?: 'development' | 'production';
  /** If true, nothing is seeded: the system is like one in production before its first start. */
  readonly empty?: boolean;
  /**
   * The channels that the scenario uses, beside `gateway`; by default all. Building the graph of a channel takes a
   * second of CPU, so a file with a system of its own should name those it needs.
   */
  readonly channels?: readonly string[];
  /** Settings of the subgraphs, such as short time-outs of the saga. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** Receives the log of the whole system; without it nothing is logged. */
  readonly log?: Logger;
  /** Runs the sandbox's identity provider, at which people sign in. */
  readonly signIn?: Pick<IdentityProviderOptions, 'accessTokenSeconds'>;
  /** Runs simulated kitchens, and the couriers that are named. Without it, the scenario does their work itself. */
  readonly simulation?: { readonly pace: Partial<Pace>; readonly couriers: readonly string[] };
}

export interface TestSystem {
  readonly identity: Identity;
  readonly bus: EventBus;
  readonly provider: { readonly url: string; readonly apiKey: string };
  /** The delivery partners, and the secret by which both know the chain. */
  readonly deliveryPartners: { readonly url: string; readonly secret: string };
  /** The door for webhooks, and the secrets by which systems outside sign. */
  readonly webhooks: { readonly url: string; readonly secrets: Readonly<Record<string, string>> };
  /** Where the relay of webhooks to partners publishes its keys. */
  readonly webhookRelayUrl: string;
  /** The mail server that gets what would go to guests. */
  readonly mailbox: Mailbox;
  /** The names of the databases of the domains, of `sagas` and `webhooks`, and of `bus` where it is in PostgreSQL. */
  readonly databases: Readonly<Record<string, string>>;
  /** `iss` of the identity provider; with `signIn` only. */
  readonly issuer?: string;
  /** The address of /metrics, which operators read. */
  readonly metricsUrl: string;
  /** The address of a channel, or of `gateway`, the full graph. */
  urlOf(channel: string): string;
  subgraph(name: string): RunningSubgraph;
  /** How often channels have asked a subgraph: what is refused at the door leaves it as it was. */
  subgraphCalls(): number;
  /** The identity provider's key, for tokens that are wrong in one respect. */
  readonly signingKey: SigningKey;
  /**
   * Makes calls to the subgraph fail, as if it could not be reached, until `back()`. Its consumers and other work of
   * its own go on.
   */
  cutOff(subgraph: string): { back(): void };
  /** Stops a channel, as if its process had ended; `back` serves it again on the same port. */
  stopChannel(name: string): Promise<{ back(): Promise<void> }>;
  /** Another replica of a channel, on the same databases, in the development profile. Returns its URL. */
  replicaInDevelopment(channel: string): Promise<string>;
  /** Another replica of a channel, which speaks TLS. Returns its URL, by the address that the certificate is for. */
  replicaOverTls(channel: string, certificate: CertificateFiles): Promise<string>;
  tokenFor(actor: Actor): Promise<string>;
  /**
   * Makes a real client of a channel, or of `gateway`. Without an actor it has no token. It is closed with the system.
   */
  client(channel: string, actor?: Actor): ChannelClient;
}

const demoSubjects: Readonly<Record<string, string>> = {
  customer: seedId('customer', 1),
  courier: seedId('courier', 1),
};
export const demoStore = seedId('store', 1);

export type SigningKey = Awaited<ReturnType<typeof newSigningKey>>;

/** Issues a token as the identity provider would; it is bound to a store if the role is. */
export const tokenOf = (signingKey: SigningKey, { role, subject, store = demoStore }: Actor): Promise<string> =>
  issueToken(signingKey, {
    subject: subject ?? demoSubjects[role] ?? `${role}-1`,
    roles: [role],
    bindings: {
      ...((storeRoles as readonly string[]).includes(role) && { [role]: { store } }),
      ...(role === 'partner' && { partner: { partner: seedId('partner', 1) } }),
      ...(role === 'vendor' && { vendor: { vendor: seedId('vendor', 1) } }),
    },
  });

const secretKey = (): string => randomBytes(32).toString('base64');

/**
 * Starts a system for this test file alone, which is stopped when the file ends. A file can have only one, because
 * there is one saga runtime in a process.
 */
export async function startTestSystem(options: TestSystemOptions = {}): Promise<TestSystem> {
  const { system, stop } = await launchTestSystem(options);
  whenFileEnds(stop);
  return system;
}

/**
 * The whole system in this process, on fresh databases of the run's cluster and on free ports: all subgraphs, seeded;
 * the saga runtime; the payment provider; the gateway and every channel. Call `stop` before its databases are dropped.
 * If the start fails, everything is stopped at once.
 */
export async function launchTestSystem(
  options: TestSystemOptions = {},
): Promise<{ readonly system: TestSystem; readonly stop: () => Promise<void> }> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    return { system: await launch(options, stops), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function launch(options: TestSystemOptions, stops: (() => Promise<unknown>)[]): Promise<TestSystem> {
  const log = options.log ?? pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });
  const signingKey = await newSigningKey();
  const signIn = options.signIn
    ? await startIdentityProvider({ port: 0, key: signingKey, audience: developmentAudience, ...options.signIn })
    : undefined;
  if (signIn) stops.push(() => signIn.close());
  const identity = await createIdentity({
    internalKey: await newSigningKey(),
    client: {
      issuer: [developmentIssuer, ...(signIn ? [signIn.issuer] : [])],
      audience: developmentAudience,
      keys: { keys: [await publishedKey(signingKey)] },
    },
    scopesOf: scopesOfRole,
    isNamedById,
    acting: supportActing,
  });
  const apiKey = secretKey();
  const mailbox = await startMailbox({ smtpPort: 0, pagePort: 0, password: apiKey });
  stops.push(() => mailbox.close());
  const databases: Record<string, string> = {};
  const addressIn = async (name: string, making: Promise<TestDatabase>): Promise<string> => {
    const database = await making;
    databases[name] = database.name;
    return database.url;
  };
  const bus =
    (options.bus ?? 'postgres') === 'postgres'
      ? await postgresBus({ databaseUrl: await addressIn('bus', busDatabase()), log })
      : await onKafka(options.bus as KafkaClientName, log, stops);
  stops.push(() => bus.close());
  const metrics = createMetrics({ process: true });
  reportLag(metrics, bus);
  const metricsServer = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 });
  stops.push(() => metricsServer.close());

  const network = localNetwork(identity);
  const webhookSecrets = {
    WEBHOOK_BODY_KEYS: secretKey(),
    WEBHOOK_PAYMENTS_KEYS: secretKey(),
    WEBHOOK_KASSA_KEYS: secretKey(),
    WEBHOOK_LOYALTY_KEYS: secretKey(),
    WEBHOOK_SUPPLIER_KEYS: secretKey(),
    WEBHOOK_VELO_KEYS: secretKey(),
    WEBHOOK_STADTBOTE_KEYS: secretKey(),
  };
  const webhooks = await runWebhooks({
    databaseUrl: await addressIn('webhooks', databaseOf('webhooks/migrations')),
    network,
    secrets: webhookSecrets,
    log,
    metrics,
    host: '127.0.0.1',
    port: 0,
  });
  stops.push(() => webhooks.close());
  const provider = await startPaymentProvider({
    port: 0,
    dataDir: temporaryFolder('provider'),
    apiKey,
    webhooks: { url: `${webhooks.url}/webhooks/payments`, secret: webhookSecrets.WEBHOOK_PAYMENTS_KEYS },
    kassa: {
      apiKey,
      webhooks: { url: `${webhooks.url}/webhooks/kassa`, secret: webhookSecrets.WEBHOOK_KASSA_KEYS },
    },
  });
  stops.push(() => provider.close());
  const partnersAt = (name: 'velo' | 'stadtbote', secret: string) => ({
    url: `${webhooks.url}/webhooks/${name}`,
    secret,
  });
  const deliveryPartners = await startDeliveryPartners({
    port: 0,
    dataDir: temporaryFolder('delivery-partners'),
    secrets: { velo: apiKey, stadtbote: apiKey },
    callbacks: {
      velo: partnersAt('velo', webhookSecrets.WEBHOOK_VELO_KEYS),
      stadtbote: partnersAt('stadtbote', webhookSecrets.WEBHOOK_STADTBOTE_KEYS),
    },
  });
  stops.push(() => deliveryPartners.close());
  // The databases of all systems are copies of one that was seeded once, and so are the pictures that it names.
  const filesDir = folderOfRun('files');
  const configuration = {
    PAYMENT_PROVIDER_URL: provider.url,
    PAYMENT_PROVIDER_API_KEY: apiKey,
    PAYMENT_KASSA_URL: `${provider.url}/kassa`,
    PAYMENT_KASSA_API_KEY: apiKey,
    PAYMENT_KASSA_FOR: 'GB',
    DELIVERY_VELO_URL: `${deliveryPartners.url}/velo`,
    DELIVERY_VELO_API_KEY: apiKey,
    DELIVERY_STADTBOTE_URL: `${deliveryPartners.url}/stadtbote`,
    DELIVERY_STADTBOTE_PASSWORD: apiKey,
    SMTP_URL: mailbox.smtpUrl,
    SMTP_PASSWORD: apiKey,
    SMTP_STARTTLS: 'off',
    MAIL_FROM: 'Dr. Burger <orders@drburger.example>',
    MARKETPLACE_ROUND_SECONDS: 1,
    VENDOR_WEBHOOK_SECONDS: 5,
    PII_MASTER_KEYS: secretOfRun('PII_MASTER_KEYS'),
    PII_INDEX_KEY: secretOfRun('PII_INDEX_KEY'),
    WEBHOOK_TARGETS: 'any',
    FILES_DIR: filesDir,
    ...options.configuration,
  };
  const running = new Map(
    await Promise.all(
      subgraphs.map(async ({ name }) => {
        const { default: definition } = (await import(`../../subgraphs/${name}/src/main.ts`)) as {
          default: SubgraphDefinition;
        };
        const parts = { poolSize: 5, bus, identity, log, configuration };
        const seed = async (databaseUrl: string): Promise<void> => {
          const first = await runSubgraph(definition, { ...parts, databaseUrl, network: localNetwork(identity) });
          await first.seed();
          await first.stop();
        };
        const databaseUrl = await addressIn(name, options.empty ? testDatabase(name) : seededDatabase(name, seed));
        const subgraph = await runSubgraph(definition, { ...parts, databaseUrl, network, metrics });
        stops.push(() => subgraph.stop());
        return [name, subgraph] as const;
      }),
    ),
  );
  const relay = await runWebhookRelay({
    databaseUrl: running.get('partners')!.domain.pool.options.connectionString ?? '',
    secrets: {
      PII_MASTER_KEYS: configuration.PII_MASTER_KEYS,
      WEBHOOK_TOKEN_SIGNING_KEY: JSON.stringify(await newSigningKey()),
    },
    reach: 'any',
    log,
    metrics,
    host: '127.0.0.1',
    port: 0,
  });
  stops.push(() => relay.close());
  const sagas = await startSagas({ databaseUrl: await addressIn('sagas', databaseOf()), log, metrics });
  stops.push(() => sagas.stop());

  const down = new Set<string>();
  let calls = 0;
  const followed = await followRevocations({ bus, network, log });
  stops.push(() => followed.close());
  const runtime: GatewayRuntime = {
    profile: options.profile ?? 'production',
    port: 0,
    host: '127.0.0.1',
    identity,
    log,
    bus: bus as GatewayRuntime['bus'],
    feeds: rpcFeedReader(network),
    network,
    cursorKeys: [secretKey()],
    metrics,
    files: folderStore(filesDir),
    revocations: followed.revocations,
    subgraphCall: (name) => (request, headers) => {
      calls += 1;
      return down.has(name)
        ? Promise.reject(new Error(`${name} cannot be reached`))
        : running.get(name)!.execute(request, headers);
    },
  };
  // Composing blocks the event loop, so that on a busy machine no connection to a database could be made meanwhile.
  const edge = await startEdge(runtime, signIn?.issuer, options.channels ?? channels.map(({ name }) => name));
  await Promise.all([...running.values()].map((subgraph) => subgraph.start()));
  stops.push(() => Promise.all([...edge.values()].map((channel) => channel.close())));

  const tokenFor = (actor: Actor): Promise<string> => tokenOf(signingKey, actor);
  const urlOf = (channel: string): string => {
    const found = edge.get(channel);
    if (!found) throw new Error(`no channel ${channel}`);
    return found.url;
  };
  const replicaOf = async (
    channel: string,
    differing: Pick<Partial<GatewayRuntime>, 'profile' | 'certificate'>,
  ): Promise<RunningChannel> => {
    // The metrics of a process have one channel of a name.
    const replica = await runChannel(await manifestOf(channel), { ...runtime, ...differing, metrics: undefined });
    stops.push(() => replica.close());
    return replica;
  };
  if (options.simulation) {
    const end = new AbortController();
    const { stopped } = startSimulation({
      gatewayUrl: urlOf('gateway'),
      deliveryUrl: urlOf('delivery'),
      tokenFor,
      log,
      signal: end.signal,
      ...options.simulation,
    });
    stops.push(() => {
      end.abort();
      return stopped;
    });
  }
  return {
    identity,
    bus,
    provider: { url: provider.url, apiKey },
    deliveryPartners: { url: deliveryPartners.url, secret: apiKey },
    webhooks: { url: webhooks.url, secrets: webhookSecrets },
    webhookRelayUrl: relay.url,
    databases,
    mailbox,
    issuer: signIn?.issuer,
    urlOf,
    tokenFor,
    metricsUrl: metricsServer.url,
    subgraph: (name) => running.get(name)!,
    subgraphCalls: () => calls,
    signingKey,
    cutOff(name) {
      down.add(name);
      return { back: () => void down.delete(name) };
    },
    async stopChannel(name) {
      const { port } = edge.get(name)!;
      await edge.get(name)!.close();
      return { back: async () => void edge.set(name, await runChannel(await manifestOf(name), { ...runtime, port })) };
    },
    async replicaInDevelopment(channel) {
      return (await replicaOf(channel, { profile: 'development' })).url;
    },
    async replicaOverTls(channel, certificate) {
      return `https://127.0.0.1:${(await replicaOf(channel, { certificate })).port}/graphql`;
    },
    client(channel, actor) {
      const client = new ChannelClient(urlOf(channel), contractOf(channel), actor ? () => tokenFor(actor) : undefined);
      stops.push(() => client.close());
      return client;
    },
  };
}

const manifestOf = async (name: string): Promise<ChannelManifest> =>
  ((await import(`../../bffs/${name}/channel.ts`)) as { default: ChannelManifest }).default;

async function onKafka(client: KafkaClientName, log: Logger, stops: (() => Promise<unknown>)[]): Promise<EventBus> {
  const broker = await startKafkaBroker();
  stops.push(() => broker.stop('SIGKILL'));
  return kafkaBus({ brokers: [broker.brokers], client, log, topics: await eventTopics() });
}

async function startEdge(
  runtime: GatewayRuntime,
  issuer: string | undefined,
  names: readonly string[],
): Promise<Map<string, RunningChannel>> {
  const manifests = await Promise.all(names.map(manifestOf));
  // The portal calls REST from its own origin, so each knows where the other is.
  const [portalPort, restPort] = [await freePort(), await freePort()];
  const portalOrigins = ['localhost', '127.0.0.1'].map((host) => `http://${host}:${portalPort}`);
  const started = await Promise.all([
    runGateway(runtime),
    ...manifests.map((manifest) => {
      const clientId = pageClientOf(manifest.name);
      return runChannel(manifest, {
        ...runtime,
        ...(manifest.callsRest && { port: portalPort, restUrl: `http://localhost:${restPort}` }),
        ...(manifest.routes && { port: restPort, origins: portalOrigins }),
        signIn: issuer && clientId ? { issuer, clientId } : undefined,
      });
    }),
  ]);
  return new Map(started.map((channel) => [channel.name, channel]));
}
