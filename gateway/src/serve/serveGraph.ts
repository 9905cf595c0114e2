import { eventCatalogue } from '#schema/eventCatalogue.ts';
import { checkCost } from '../documents/cost.ts';
import { UseCounts } from '../access/apps/useCounts.ts';
import { CallerLimits } from '../access/callerLimits.ts';
import { LoadGate } from '../access/loadGate.ts';
import { LoadQueue } from '../access/loadQueue.ts';
import { Rates } from '../access/rates.ts';
import { memoryRates } from '../access/rateStore.ts';
import { defaultLoadPolicy, defaultStreamPolicy, type RatePolicy, type StreamPolicy } from '../channelManifest.ts';
import type { PreparedDocument } from '../documents/documents.ts';
import { OperationRunner } from '../execution/operationRunner.ts';
import type { McpHandler } from '../transports/mcp/mcpHandler.ts';
import { EventStreams } from '../transports/http/eventStreams.ts';
import type { RunningChannel } from './gatewayRuntime.ts';
import { buildGraph } from '../graph/graph.ts';
import { GraphServer, graphqlPath } from './graphServer.ts';
import { CrossOrigin } from '../transports/http/crossOrigin.ts';
import { AppDoor } from '../transports/http/appDoor.ts';
import { AppRequests } from '../transports/http/appRequests.ts';
import { clientAddress, type AddressOf } from '../transports/http/clientAddress.ts';
import { DeviceRequests } from '../transports/http/deviceRequests.ts';
import { HttpHandler } from '../transports/http/httpHandler.ts';
import { RestFeeds } from '../transports/rest/restFeeds.ts';
import { RestHandler } from '../transports/rest/restHandler.ts';
import { defaultLimits } from '../documents/limits.ts';
import type { GraphGeneration, LiveGraph } from '../execution/liveGraph.ts';
import { explorerOf } from './explorer.ts';
import { planAhead } from '../documents/planAhead.ts';
import { Sockets } from '../transports/webSocket/sockets.ts';
import { Budget } from '../streams/budget.ts';
import { Cursors } from '../streams/cursors.ts';
import { acquireHub, type StreamHub } from '../streams/feeds/streamHub.ts';
import { KeptOperations } from '../kept/keptOperations.ts';
import { StreamMetrics } from '../streams/streamMetrics.ts';
import { Subscriptions } from '../streams/subscriptions.ts';
import type { GraphService } from './graphService.ts';
import { createLiveGraph, generationOf } from './liveGraphOf.ts';

const isLoopback = (origin: string): boolean =>
  URL.canParse(origin) && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(origin).hostname);

/**
 * Serves a graph. Trusted documents are parsed and validated before it listens. After that they are planned in the
 * background one at a time, unless a request needs one earlier.
 * @throws if a trusted document is invalid in the graph, or the port is taken
 */
export async function serveGraph(
  service: GraphService,
  live: LiveGraph = createLiveGraph(service),
): Promise<RunningChannel> {
  const { log } = service;
  const policy = { ...defaultStreamPolicy, ...service.streams };
  const shared = service.bus ? acquireHub(service.bus, { ...service.hub, reader: service.feeds, log }) : undefined;
  try {
    const streamMetrics = new StreamMetrics(service.metrics, service.name);
    const queued = new Budget({ items: Number.POSITIVE_INFINITY, bytes: policy.maxQueuedBytesPerProcess });
    const subscriptions =
      shared &&
      new Subscriptions(live.current, {
        hub: shared.hub,
        cursors: new Cursors(service.cursorKeys),
        events: await eventCatalogue(),
        policy,
        log,
        queued,
        metrics: streamMetrics,
        callerOf: (principal, traceparent) => service.callerOf(principal, traceparent, undefined),
      });
    await subscriptions?.start();
    return await new ServedGraph(service, live, {
      policy,
      subscriptions,
      metrics: streamMetrics,
      queued,
      hub: shared?.hub,
    }).listen(async () => shared?.release());
  } catch (error) {
    await shared?.release();
    throw error;
  }
}

interface StreamParts {
  readonly policy: StreamPolicy;
  /** Undefined without an event bus. */
  readonly subscriptions: Subscriptions | undefined;
  readonly metrics: StreamMetrics;
  readonly queued: Budget;
  readonly hub: StreamHub | undefined;
}

class ServedGraph {
  readonly #service: GraphService;
  readonly #live: LiveGraph;
  readonly #streams: StreamParts;
  #planning = new AbortController();
  #kept: KeptOperations | undefined;
  #reloading: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(service: GraphService, live: LiveGraph, streams: StreamParts) {
    this.#service = service;
    this.#live = live;
    this.#streams = streams;
  }

  async listen(onClose: () => Promise<void>): Promise<RunningChannel> {
    const { name, clients, callerOf, discreet, log, metrics, cache, port, host } = this.#service;
    const { bodyBytes, cost: costLimit } = { ...defaultLimits, ...this.#service.limits };
    const live = this.#live;
    const { policy, subscriptions, metrics: streamMetrics, queued } = this.#streams;
    const { prepared, unfit } = this.#prepareTrusted(live.current);
    if (unfit[0]) throw unfit[0];
    this.#kept = await this.#keptOperations(prepared);
    const { routes = [] } = this.#service;
    const crossOrigin = new CrossOrigin(name, this.#service.origins, routes.length > 0);
    const limits = new CallerLimits(policy);
    const loadPolicy = { ...defaultLoadPolicy, ...this.#service.load };
    const queue = new LoadQueue(loadPolicy, name, metrics);
    const { rateStore = memoryRates } = this.#service;
    const gateWith = (rates: RatePolicy | undefined, counted: string) =>
      new LoadGate(queue, loadPolicy.first, rates && new Rates(rates, rateStore, counted));
    const load = gateWith(this.#service.rates, name);
    const addressOf = clientAddress(this.#service.proxies ?? []);
    const { apps, appRates } = this.#service;
    const door =
      apps &&
      new AppDoor({
        channel: name,
        ...apps,
        counts: new UseCounts({ access: apps.access, log }),
        load: appRates ? gateWith(appRates, `${name}:apps`) : load,
        addressOf,
      });
    const operations = new OperationRunner({ name, live, callerOf, load, kept: this.#kept, metrics });
    const parts = { live, subscriptions, clients, callerOf, policy, limits, load, addressOf, log };
    const eventStreams = new EventStreams(parts);
    const sockets = new Sockets({
      crossOrigin,
      addressOf,
      path: graphqlPath,
      live,
      subscriptions,
      clients,
      operations,
      policy,
      limits,
      load,
      metrics: streamMetrics,
      maxFrameBytes: bodyBytes,
      log,
    });
    const rest =
      routes.length === 0
        ? undefined
        : await RestHandler.start({
            name,
            routes,
            descriptions: this.#service.descriptions ?? new Map(),
            live,
            clients,
            apps: door,
            callerOf,
            maxBodyBytes: bodyBytes,
            load,
            kept: this.#kept,
            addressOf,
            feeds: new RestFeeds({ subscriptions, clients, limits, eventStreams }),
            log,
            metrics,
          });
    // Where there are routes, they are what apps ask for.
    const ofDocuments =
      door && !rest
        ? new AppRequests({ door, access: apps.access, live, callerOf, maxBodyBytes: bodyBytes })
        : undefined;
    const server = new GraphServer({
      name,
      log,
      certificate: this.#service.certificate,
      // A name of a developer's machine has other ports, which speak HTTP.
      byTlsAlone: discreet && this.#service.certificate !== undefined,
      crossOrigin,
      explorer: discreet ? undefined : () => explorerOf(this.#service, live),
      isShedding: () => queue.isShedding,
      notAnswering: () => live.circuits.notAnswering,
      pages: this.#service.pages ?? new Map(),
      files: this.#service.files,
      rest,
      devices:
        this.#service.devices &&
        new DeviceRequests({ channel: name, ...this.#service.devices, load, rates: rateStore, addressOf, log }),
      mcp: await this.#mcp(operations, load, addressOf, bodyBytes, ofDocuments),
      http: new HttpHandler({
        live,
        clients,
        operations,
        load,
        eventStreams,
        apps: ofDocuments,
        cache,
        kept: this.#kept,
        maxBodyBytes: bodyBytes,
        addressOf,
        costLimit,
        tellsCost: !discreet && Number.isFinite(costLimit),
        openIntrospection: !discreet,
        log,
      }),
      sockets,
    });
    const unhook: (() => void)[] = [];
    try {
      unhook.push(
        streamMetrics.watch(() => ({
          streamConnections: sockets.count + eventStreams.count,
          streamSubscriptions: subscriptions?.count ?? 0,
          streamQueuedEvents: queued.items,
          streamQueuedBytes: queued.bytes,
          socketUnread: sockets.unreadBytes,
          upgradesQueued: sockets.upgradesQueued,
        })),
      );
      unhook.push(
        metrics?.onScrape(`load of ${name}`, (report) => {
          report('httpRunning', { channel: name }, queue.running);
          report('httpWaiting', { channel: name }, queue.waiting);
          live.circuits.each((subgraph, position) => {
            for (const state of ['closed', 'trying', 'open'] as const)
              report('subgraphCircuit', { channel: name, subgraph, state }, position === state ? 1 : 0);
          });
        }) ?? (() => undefined),
      );
      unhook.push(
        this.#service.revocations?.onRevoked(() => {
          sockets.endRevoked();
          eventStreams.endRevoked();
        }) ?? (() => undefined),
      );
      const running = await server.listen(port, host, () => this.#end(unhook, door, onClose));
      this.#planAhead(prepared);
      return {
        ...running,
        reload: (supergraph) => this.#reload(supergraph),
        close: () => (this.#closed ??= running.close()),
      };
    } catch (error) {
      unhook.forEach((each) => each());
      await Promise.all([this.#kept?.close(), eventStreams.close(), sockets.close()]);
      throw error;
    }
  }

  async #mcp(
    operations: OperationRunner,
    load: LoadGate,
    addressOf: AddressOf,
    maxBodyBytes: number,
    apps: AppRequests | undefined,
  ): Promise<McpHandler | undefined> {
    const { mcp, name, trusted, clients, discreet, log, origins = [] } = this.#service;
    if (!mcp) return undefined;
    const [{ McpHandler: Handler }, { AppTools, Tools }] = await Promise.all([
      import('../transports/mcp/mcpHandler.ts'),
      import('../mcp/tools.ts'),
    ]);
    return new Handler({
      name,
      live: this.#live,
      clients,
      operations,
      load,
      tools: new Tools(trusted, mcp),
      ...(apps && { apps: { requests: apps, tools: new AppTools() } }),
      maxBodyBytes,
      addressOf,
      // Inspectors on a developer's machine are pages of its own.
      admitsOrigin: (origin) => origins.includes(origin) || (!discreet && isLoopback(origin)),
      log,
    });
  }

  /**
   * Cleans up when all clients have gone. A reload that is running is awaited: the topics that it listens to would
   * never be closed otherwise.
   */
  async #end(unhook: readonly (() => void)[], door: AppDoor | undefined, onClose: () => Promise<void>): Promise<void> {
    unhook.forEach((each) => each());
    await this.#kept?.close();
    await door?.close();
    await this.#reloading.catch(() => undefined);
    this.#planning.abort();
    await onClose();
  }

  /** Reloads run one after the other. */
  #reload(supergraph: string): Promise<void> {
    this.#reloading = this.#reloading.catch(() => undefined).then(() => this.#switchTo(supergraph));
    return this.#reloading;
  }

  async #switchTo(supergraph: string): Promise<void> {
    const { name, log } = this.#service;
    if (this.#closed) throw new Error(`${name} is closing: it cannot take another supergraph`);
    const next = generationOf(this.#service, this.#live.circuits, buildGraph(supergraph));
    const { prepared, unfit } = this.#prepareTrusted(next);
    await this.#streams.subscriptions?.listen(next.graph);
    this.#live.current = next;
    this.#kept?.clear();
    this.#streams.subscriptions?.switchTo(next);
    for (const error of unfit) log.warn(error.message);
    log.info({ channel: name, subscriptions: this.#streams.subscriptions?.count ?? 0 }, 'a new supergraph is served');
    this.#planAhead(prepared);
  }

  async #keptOperations(prepared: readonly PreparedDocument[]): Promise<KeptOperations | undefined> {
    const { name: channel, cache: policy, purge, callerOf, log, metrics } = this.#service;
    return KeptOperations.start(
      {
        channel,
        policy,
        purge,
        log,
        metrics,
        hub: this.#streams.hub,
        writes: this.#service.writes,
        events: await eventCatalogue(),
        callerOf: (principal, traceparent) => callerOf(principal, traceparent, undefined),
      },
      this.#live.current,
      new Map(prepared.map((each) => [each.operationName ?? '', each])),
    );
  }

  #planAhead(prepared: readonly PreparedDocument[]): void {
    this.#planning.abort();
    this.#planning = new AbortController();
    planAhead(prepared, this.#live.current.documents, this.#planning.signal, this.#service.log);
  }

  #prepareTrusted(run: GraphGeneration): { prepared: PreparedDocument[]; unfit: Error[] } {
    const { name, trusted } = this.#service;
    const unfit: Error[] = [];
    const prepared = trusted.all().flatMap((document) => {
      try {
        const kept = run.documents.prepareTrusted(document.source);
        // With shorter pages it could not cost less: nobody could ever run it.
        checkCost(kept.cost.usual, { ...defaultLimits, ...this.#service.limits }.cost);
        if (kept.operation.operation !== 'subscription') return [kept];
        return this.#streams.subscriptions ? [this.#streams.subscriptions.prepare(kept, run)] : [];
      } catch (error) {
        unfit.push(
          new Error(
            `${name}: the document ${document.operationName} is not valid in the channel: ${(error as Error).message}`,
            { cause: error },
          ),
        );
        return [];
      }
    });
    return { prepared, unfit };
  }
}
