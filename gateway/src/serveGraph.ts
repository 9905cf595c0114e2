import type { Logger } from 'pino';
import type { Principal } from '#platform/identity/principal.ts';
import type { SubgraphCall } from '#platform/subgraph/execution.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import { eventCatalogue } from '#schema/eventCatalogue.ts';
import { Admission } from './admission.ts';
import { CallerLimits } from './callerLimits.ts';
import { defaultStreamPolicy, type CachePolicy, type StreamPolicy } from './channelManifest.ts';
import type { ClientIdentity } from './clientIdentity.ts';
import { createSubgraphFetch } from './dataSources/createSubgraphFetch.ts';
import { Documents, type PreparedDocument } from './documents.ts';
import type { ErrorPolicy } from './errors.ts';
import { createExecutor } from './executor.ts';
import type { EventTail, GatewayRuntime, RunningChannel } from './gatewayRuntime.ts';
import type { Graph } from './graph.ts';
import { GraphServer, graphqlPath } from './graphServer.ts';
import { HttpHandler } from './httpHandler.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { Pipeline, type Caller } from './pipeline.ts';
import { createPlanner } from './planner.ts';
import { Sockets } from './sockets.ts';
import { Budget } from './streams/budget.ts';
import { Cursors } from './streams/cursors.ts';
import type { FeedReader } from './streams/feedReader.ts';
import { acquireHub } from './streams/streamHub.ts';
import { Subscriptions } from './streams/subscriptions.ts';
import type { TrustedDocuments } from './trustedDocuments.ts';

export interface GraphService {
  readonly name: string;
  readonly graph: Graph;
  readonly subgraphCall: (name: string) => SubgraphCall;
  readonly trusted: TrustedDocuments;
  readonly clients: ClientIdentity;
  readonly callerOf: (principal: Principal, traceparent: string, authorization: string | undefined) => Caller;
  readonly limits?: Partial<Limits>;
  readonly cache?: CachePolicy;
  readonly streams?: Partial<StreamPolicy>;
  /** Whether documents that nobody registered are run. */
  readonly anyDocument: boolean;
  /** No introspection, no hints about names, no explorer. */
  readonly discreet: boolean;
  readonly subgraphErrors: ErrorPolicy['subgraphErrors'];
  readonly bus?: EventTail;
  readonly feeds?: FeedReader;
  readonly cursorKeys?: readonly string[];
  readonly hub?: GatewayRuntime['hub'];
  readonly log: Logger;
  readonly metrics?: Metrics;
  readonly port: number;
  readonly host?: string;
}

/** The pieces of the runtime that execute, before anything listens: what view resolvers call back into. */
export interface GraphCore {
  readonly documents: Documents;
  readonly pipeline: Pipeline;
}

export function createCore({ graph, subgraphCall, discreet, subgraphErrors, log, ...service }: GraphService): GraphCore {
  const limits = { ...defaultLimits, ...service.limits };
  const documents = new Documents(graph, createPlanner(graph), { limits, discreet });
  const executor = createExecutor(graph, (name) => createSubgraphFetch(name, subgraphCall(name), log));
  return { documents, pipeline: new Pipeline(graph, documents, executor, { discreet, deadlineMs: limits.deadlineMs, subgraphErrors, log }) };
}

/**
 * Serves a graph. Trusted documents are parsed and validated before it listens, and planned from then on, one at a time, unless somebody
 * asks first.
 * @throws if one of them does not fit the graph, or the port is taken
 */
export async function serveGraph(service: GraphService, { documents, pipeline }: GraphCore = createCore(service)): Promise<RunningChannel> {
  const { graph, log } = service;
  const policy = { ...defaultStreamPolicy, ...service.streams };
  const shared = service.bus && graph.streams.size > 0 ? acquireHub(service.bus, { ...service.hub, reader: service.feeds, log }) : undefined;
  try {
    const subscriptions = shared && new Subscriptions({ graph, documents, pipeline, hub: shared.hub, cursors: new Cursors(service.cursorKeys), events: await eventCatalogue(), policy, log });
    await subscriptions?.start();
    return await listen(service, documents, pipeline, subscriptions, async () => shared?.release());
  } catch (error) {
    await shared?.release();
    throw error;
  }
}

async function listen(
  service: GraphService, documents: Documents, pipeline: Pipeline, subscriptions: Subscriptions | undefined, onClose: () => Promise<void>,
): Promise<RunningChannel> {
  const { name, graph, trusted, clients, callerOf, anyDocument, discreet, log } = service;
  const limits = { ...defaultLimits, ...service.limits };
  const policy = { ...defaultStreamPolicy, ...service.streams };
  const prepared = prepareTrusted(service, documents, subscriptions);
  const admission = new Admission(documents, trusted, { open: anyDocument });
  const callers = new CallerLimits(policy);
  const queued = new Budget({ items: Number.POSITIVE_INFINITY, bytes: policy.maxQueuedBytesPerProcess });
  const server = new GraphServer({
    name, log, explorer: !discreet,
    http: new HttpHandler({ admission, pipeline, clients, callerOf, cache: service.cache, maxBodyBytes: limits.bodyBytes, openIntrospection: !discreet, log }),
    sockets: new Sockets({
      path: graphqlPath, admission, pipeline, subscriptions, clients, callerOf, policy, limits: callers, queued, maxFrameBytes: limits.bodyBytes, apiSchema: graph.apiSchema, log,
    }),
  });
  const closing = new AbortController();
  const running = await server.listen(service.port, service.host, async () => {
    closing.abort();
    await onClose();
  });
  planAhead(prepared, documents, closing.signal, log);
  return running;
}

function prepareTrusted({ name, trusted }: GraphService, documents: Documents, subscriptions: Subscriptions | undefined): PreparedDocument[] {
  return trusted.all().flatMap((document) => {
    try {
      const prepared = documents.keep(document.source);
      if (prepared.operation.operation !== 'subscription') return [prepared];
      return subscriptions ? [subscriptions.prepare(prepared).query] : [];
    } catch (error) {
      throw new Error(`${name}: the document ${document.operationName} does not fit the channel: ${(error as Error).message}`, { cause: error });
    }
  });
}

/** Plans documents for principals who are refused nothing, giving way to requests after each. */
function planAhead(prepared: readonly PreparedDocument[], documents: Documents, signal: AbortSignal, log: Logger): void {
  const everything: Principal = { kind: 'service', subject: 'plan-ahead', roles: [], scopes: new Set(['admin']), bindings: {}, channel: 'internal' };
  const [next, ...rest] = prepared;
  if (!next || signal.aborted) return;
  setImmediate(() => {
    try {
      documents.variantFor(next, everything);
    } catch (error) {
      log.error({ err: error, operation: next.operationName }, 'a trusted document cannot be planned');
    }
    planAhead(rest, documents, signal, log);
  });
}
