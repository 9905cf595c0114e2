import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { newTraceparent } from '#platform/telemetry/trace.ts';
import { refusalKey } from '../documents/authorization.ts';
import type { StreamPolicy } from '../channelManifest.ts';
import type { PreparedDocument } from '../documents/documents.ts';
import { unexpectedError } from '../errors/publicError.ts';
import type { Graph } from '../graph/graph.ts';
import { LruCache } from '../documents/lruCache.ts';
import type { Caller } from '../execution/pipeline.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Budget } from './budget.ts';
import { stableJson, type Cursors, type CursorOwner, type Position } from './cursors.ts';
import { addressKey, feedOf } from './feeds/feedAddress.ts';
import { Gate } from './gate.ts';
import { RoutedSubscription, type Leads, type OpenedSubscription } from './routedSubscription.ts';
import type { GraphGeneration } from '../execution/liveGraph.ts';
import { Routes, type Route, type SubscriptionRequest } from './routes.ts';
import { SharedStream } from './sharedStream.ts';
import { nothingToFollow } from './streamAnswer.ts';
import { sinceVariable } from './streamDocument.ts';
import type { StreamHub } from './feeds/streamHub.ts';
import type { StreamMessage } from './streamMessage.ts';
import type { StreamMetrics } from './streamMetrics.ts';
import type { StreamRead } from './streamRenderer.ts';
import type { StreamSink } from './streamSink.ts';
import { Subscriber } from './subscriber.ts';

export interface SubscriptionParts {
  readonly hub: StreamHub;
  readonly cursors: Cursors;
  readonly events: ReadonlyMap<string, EventDefinition>;
  readonly policy: StreamPolicy;
  /** Of all events that wait in this process. */
  readonly queued: Budget;
  /** On whose behalf the subgraphs are called for a class of callers. */
  readonly callerOf: (principal: Principal, traceparent: string) => Caller;
  readonly metrics: StreamMetrics;
  readonly log: Logger;
}

/** A request that may be opened. */
export interface CheckedRequest {
  readonly request: SubscriptionRequest;
  readonly route: Route | undefined;
  readonly resumeFrom: Position | undefined;
}

/** Reads that begin a stream, at once in a process; the others wait their turn. */
const readsAtOnce = 64;
const keptBytes = 16 * 1024 * 1024;

/** Carries out subscriptions: from a document and variables to a share of a stream. */
export class Subscriptions {
  readonly #parts: SubscriptionParts;
  readonly #shared = new Map<string, SharedStream>();
  readonly #open = new Set<RoutedSubscription>();
  readonly #kept = new LruCache<StreamMessage>(keptBytes);
  readonly #gate = new Gate(readsAtOnce);
  readonly #routes: Routes;
  readonly #leads: Leads;
  #generation = 0;

  constructor(run: GraphGeneration, parts: SubscriptionParts) {
    this.#parts = parts;
    this.#routes = new Routes(run, parts);
    this.#leads = {
      reroute: (request) => this.#routes.reroute(request),
      subscribe: (...asked) => this.#subscribe(...asked),
      unexpected: (error) => ({ data: null, errors: [unexpectedError(error, newTraceparent(), parts.log)] }),
    };
  }

  get count(): number {
    return this.#open.size;
  }

  /**
   * Resolves when everything that any stream of the graph follows is heard. @throws if a declared stream cannot be
   * followed
   */
  start(): Promise<void> {
    return this.listen(this.#routes.run.graph);
  }

  /** The same, for a graph to go over to. */
  async listen(graph: Graph): Promise<void> {
    await this.#parts.hub.listen(
      new Set(
        [...graph.streams.values()].flatMap((declaration) => feedOf(declaration, this.#parts.events)?.topic ?? []),
      ),
    );
  }

  /** A subscription's document, checked as far as can be before it is asked for. @throws Refusal */
  prepare(prepared: PreparedDocument, run?: GraphGeneration): PreparedDocument {
    return this.#routes.prepare(prepared, run).query;
  }

  /** What can be said of a request before anything is read. @throws Refusal, CURSOR_INVALID among others */
  check(request: SubscriptionRequest): CheckedRequest {
    const route = this.#routes.routeOf(request);
    return { request, route, resumeFrom: route && this.#routes.positionOf(request, route) };
  }

  /**
   * Opens a stream to a sink. `@auth` of the subscription field is met before anything is followed. The result is an
   * answer, and no stream, if there is nothing to follow.
   */
  async open(
    { request, route, resumeFrom }: CheckedRequest,
    sink: StreamSink,
    onEnd?: () => void,
  ): Promise<OpenedSubscription | ExecutionResult> {
    const { stream } = this.#routes.prepare(request.prepared);
    const refused = this.#routes.refusalOf(stream, request.principal());
    if (refused) return refused;
    if (!route) return { data: null, ...nothingToFollow(stream.responseKey) };
    const opened = new RoutedSubscription(this.#leads, request, sink, () => {
      this.#open.delete(opened);
      onEnd?.();
    });
    this.#open.add(opened);
    try {
      return (await opened.begin(route, resumeFrom)) ?? opened;
    } catch (error) {
      opened.stop();
      throw error;
    }
  }

  #subscribe(route: Route, sink: StreamSink, resumeFrom: Position | undefined, onEnd: () => void): Subscriber {
    const owner: CursorOwner = {
      principal: route.principal,
      document: route.made.stream.hash,
      variables: route.variables,
    };
    return new Subscriber({
      shared: this.#sharedAt(route, resumeFrom?.version),
      sink,
      prefix: this.#parts.cursors.prefix(owner),
      resumeFrom,
      onEnd,
    });
  }

  #sharedAt(route: Route, after: number | undefined): SharedStream {
    const {
      made: { stream, query },
      variables,
      feed,
      shareClass,
    } = route;
    const key = `${this.#generation} ${stream.hash} ${stableJson(variables)} ${addressKey(feed)} ${shareClass.key}`;
    const known = this.#shared.get(key);
    if (known) return known;
    const { hub, policy, queued, cursors, metrics, log } = this.#parts;
    // What a class is refused is refused by execution.
    const isWhole = refusalKey(shareClass.principal, query.scopeSets) === '';
    const made: SharedStream = new SharedStream(
      {
        key,
        stream: isWhole ? stream : { ...stream, eventFields: undefined },
        feed,
        arguments: stream.argumentsOf(variables),
        hub,
        policy,
        queued,
        kept: this.#kept,
        metrics,
        log,
        read: this.#reader(query, variables, shareClass.principal, stream.declaration.since !== undefined),
        positionAt: (position) => cursors.position(feed, position),
        onEmpty: () => {
          if (this.#shared.get(key) === made) this.#shared.delete(key);
        },
      },
      after,
    );
    this.#shared.set(key, made);
    return made;
  }

  #reader(
    query: PreparedDocument,
    variables: Record<string, unknown>,
    principal: Principal,
    takesSince: boolean,
  ): (read: StreamRead) => Promise<ExecutionResult> {
    const { pipeline } = this.#routes.run;
    return ({ freshness, traceparent, since }) => {
      const run = () =>
        pipeline.run(
          query,
          takesSince ? { ...variables, [sinceVariable]: since ?? null } : variables,
          this.#parts.callerOf(principal, traceparent ?? newTraceparent()),
          { freshness },
        );
      // An event is answered at once: those who begin may be many.
      return traceparent === undefined ? this.#gate.run(run) : run();
    };
  }

  /**
   * Goes over to another graph. Subscriptions whose document is valid there go on where they are; the others are told
   * `DOCUMENT_OUTDATED`, and end. `listen` comes first.
   */
  goOver(run: GraphGeneration): void {
    this.#routes.run = run;
    this.#generation += 1;
    const known = new Map<PreparedDocument, PreparedDocument | undefined>();
    for (const opened of [...this.#open]) {
      const { prepared } = opened.request;
      if (!known.has(prepared)) known.set(prepared, this.#again(prepared, run));
      opened.moveTo(known.get(prepared));
    }
  }

  #again(prepared: PreparedDocument, { documents }: GraphGeneration): PreparedDocument | undefined {
    try {
      const again = documents.recheck(prepared);
      this.#routes.prepare(again);
      return again;
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }
}
