import { GraphQLError, type ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { requireScope } from '#platform/subgraph/authSchema.ts';
import { newTraceparent } from '#platform/telemetry/trace.ts';
import { refusalKey } from '../authorization.ts';
import type { StreamPolicy } from '../channelManifest.ts';
import type { Documents, PreparedDocument } from '../documents.ts';
import type { Graph } from '../graph.ts';
import { LruCache } from '../lruCache.ts';
import type { Caller, Pipeline } from '../pipeline.ts';
import { Refusal } from '../refusal.ts';
import type { Budget } from './budget.ts';
import { stableJson, type Cursors, type CursorOwner, type Position } from './cursors.ts';
import { addressKey, feedOf, type FeedAddress } from './feedAddress.ts';
import { Gate } from './gate.ts';
import { renderFeed } from './renderFeed.ts';
import { SharedStream, type StreamRead } from './sharedStream.ts';
import { nothingToFollow } from './streamAnswer.ts';
import { streamClass, type StreamClass } from './streamClass.ts';
import { sinceVariable, streamDocument, type StreamDocument } from './streamDocument.ts';
import type { StreamHub } from './streamHub.ts';
import type { StreamMessage } from './streamMessage.ts';
import type { StreamMetrics } from './streamMetrics.ts';
import type { StreamSink } from './streamSink.ts';
import { Subscriber } from './subscriber.ts';

/** A graph, and what carries out its documents. */
export interface GraphRun {
  readonly graph: Graph;
  readonly documents: Documents;
  readonly pipeline: Pipeline;
}

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

interface PreparedStream {
  readonly stream: StreamDocument;
  readonly query: PreparedDocument;
  /** On what of the caller its answer depends; undefined: on anything. */
  readonly dimensions: readonly string[] | undefined;
}

/** A subscription that a client asks for. */
export interface SubscriptionRequest {
  readonly prepared: PreparedDocument;
  /** As the client sent them. */
  readonly variables: Record<string, unknown>;
  /** Who asks, now: its token may be renewed while the stream runs. */
  readonly principal: () => Principal;
  /** Cursor of the last message it has. */
  readonly resumeFrom?: unknown;
}

/** A request that may be opened. */
export interface CheckedRequest {
  readonly request: SubscriptionRequest;
  readonly route: Route | undefined;
  readonly resumeFrom: Position | undefined;
}

/** A subscription that runs. */
export interface OpenedSubscription {
  /** From here on its sink is handed messages. */
  start(): void;
  /** Ends it, without a word to its sink. */
  stop(): void;
  /** Its caller has another token: it goes on under the rights of that one, or ends. */
  renewed(): void;
}

/** Where a request leads: everything that decides which stream it shares. */
interface Route {
  readonly prepared: PreparedDocument;
  readonly made: PreparedStream;
  readonly variables: Record<string, unknown>;
  readonly principal: Principal;
  readonly feed: FeedAddress;
  readonly shareClass: StreamClass;
}

/** Reads that begin a stream, at once in a process; the others wait their turn. */
const readsAtOnce = 64;
const keptBytes = 16 * 1024 * 1024;

/** Carries out subscriptions: from a document and variables to a share of a stream. */
export class Subscriptions {
  readonly #parts: SubscriptionParts;
  readonly #prepared = new WeakMap<PreparedDocument, PreparedStream>();
  readonly #shared = new Map<string, SharedStream>();
  readonly #open = new Set<Opened>();
  readonly #kept = new LruCache<StreamMessage>(keptBytes);
  readonly #gate = new Gate(readsAtOnce);
  #run: GraphRun;
  #generation = 0;

  constructor(run: GraphRun, parts: SubscriptionParts) {
    this.#run = run;
    this.#parts = parts;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Resolves when everything that any stream of the graph follows is heard. @throws if a declared stream cannot be followed */
  start(): Promise<void> {
    return this.listen(this.#run.graph);
  }

  /** The same, for a graph to go over to. */
  async listen(graph: Graph): Promise<void> {
    await this.#parts.hub.listen(new Set([...graph.streams.values()].flatMap((declaration) => feedOf(declaration, this.#parts.events)?.topic ?? [])));
  }

  /** A subscription's document, checked as far as can be before it is asked for. @throws Refusal */
  prepare(prepared: PreparedDocument, { graph, documents }: GraphRun = this.#run): PreparedStream {
    const known = this.#prepared.get(prepared);
    if (known) return known;
    const stream = streamDocument(prepared.document, prepared.operation, graph);
    const made = { stream, query: documents.prepareDerived(stream.query, stream.operationName), dimensions: graph.varies.of(stream.query, graph.apiSchema) };
    this.#prepared.set(prepared, made);
    return made;
  }

  /** What can be said of a request before anything is read. @throws Refusal, CURSOR_INVALID among others */
  check(request: SubscriptionRequest): CheckedRequest {
    const route = this.#route(request);
    return { request, route, resumeFrom: route && this.#positionOf(request, route) };
  }

  /**
   * Opens a stream to a sink. `@auth` of the subscription field is met before anything is followed. The result is an answer, and no stream, if there is
   * nothing to follow.
   */
  async open({ request, route, resumeFrom }: CheckedRequest, sink: StreamSink, onEnd?: () => void): Promise<OpenedSubscription | ExecutionResult> {
    const { stream } = this.prepare(request.prepared);
    const refused = this.#refusalOf(stream, request.principal());
    if (refused) return refused;
    if (!route) return { data: null, ...nothingToFollow(stream.responseKey) };
    const opened = new Opened(this, request, sink, () => {
      this.#open.delete(opened);
      onEnd?.();
    });
    this.#open.add(opened);
    try {
      return await opened.begin(route, resumeFrom) ?? opened;
    } catch (error) {
      opened.stop();
      throw error;
    }
  }

  /** @throws Refusal. Undefined when a part of the feed's key is null or missing. */
  #route({ prepared, variables: raw, principal: asking }: SubscriptionRequest): Route | undefined {
    const principal = asking();
    const made = this.prepare(prepared);
    const { declaration } = made.stream;
    const feed = feedOf(declaration, this.#parts.events);
    if (!feed) throw new Error(`no event of Subscription.${declaration.field} is known`);
    const variables = this.#run.pipeline.coerce(prepared, raw);
    const key = renderFeed(declaration.feed, made.stream.argumentsOf(variables), principal);
    return key === undefined ? undefined : { prepared, made, variables, principal, feed: { ...feed, key }, shareClass: streamClass(principal, made.dimensions) };
  }

  #positionOf({ resumeFrom }: SubscriptionRequest, { made, feed, principal, variables }: Route): Position | undefined {
    if (resumeFrom === undefined || resumeFrom === null) return undefined;
    const position = this.#parts.cursors.read(resumeFrom, { principal, document: made.stream.hash, variables }, feed);
    if (!position) throw Refusal.of('document', 'CURSOR_INVALID', 'This cursor is not good here. Subscribe without `resumeFrom`.');
    return position;
  }

  #refusalOf({ declaration, responseKey }: StreamDocument, principal: Principal): ExecutionResult | undefined {
    try {
      for (const scopes of this.#run.graph.guards.of('Subscription', declaration.field)) requireScope(principal, scopes, `Subscription.${declaration.field}`);
      return undefined;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return { data: null, errors: [new GraphQLError(error.message, { path: [responseKey], extensions: error.extensions })] };
    }
  }

  /** A subscriber of the stream that a request leads to, with all who are led to the same. */
  subscribe(route: Route, sink: StreamSink, resumeFrom: Position | undefined, onEnd: () => void): Subscriber {
    const owner: CursorOwner = { principal: route.principal, document: route.made.stream.hash, variables: route.variables };
    return new Subscriber({ shared: this.#sharedAt(route, resumeFrom?.version), sink, prefix: this.#parts.cursors.prefix(owner), resumeFrom, onEnd });
  }

  #sharedAt(route: Route, after: number | undefined): SharedStream {
    const { made: { stream, query }, variables, feed, shareClass } = route;
    const key = `${this.#generation} ${stream.hash} ${stableJson(variables)} ${addressKey(feed)} ${shareClass.key}`;
    const known = this.#shared.get(key);
    if (known) return known;
    const { hub, policy, queued, cursors, metrics, log } = this.#parts;
    // What a class is refused is refused by execution.
    const isWhole = refusalKey(shareClass.principal, query.scopeSets) === '';
    const made: SharedStream = new SharedStream({
      key, stream: isWhole ? stream : { ...stream, eventFields: undefined }, feed, arguments: stream.argumentsOf(variables), hub, policy, queued, kept: this.#kept, metrics, log,
      read: this.#reader(query, variables, shareClass.principal, stream.declaration.since !== undefined),
      positionAt: (position) => cursors.position(feed, position),
      onEmpty: () => { if (this.#shared.get(key) === made) this.#shared.delete(key); },
    }, after);
    this.#shared.set(key, made);
    return made;
  }

  #reader(query: PreparedDocument, variables: Record<string, unknown>, principal: Principal, takesSince: boolean): (read: StreamRead) => Promise<ExecutionResult> {
    const { pipeline } = this.#run;
    return ({ freshness, traceparent, since }) => {
      const run = () => pipeline.run(
        query, takesSince ? { ...variables, [sinceVariable]: since ?? null } : variables, this.#parts.callerOf(principal, traceparent ?? newTraceparent()), { freshness });
      // An event is answered at once: those who begin may be many.
      return traceparent === undefined ? this.#gate.run(run) : run();
    };
  }

  /** Where a running subscription leads now; the answer that ends it, if it leads nowhere. */
  reroute(request: SubscriptionRequest): Route | ExecutionResult {
    try {
      const { stream } = this.prepare(request.prepared);
      return this.#refusalOf(stream, request.principal()) ?? this.#route(request) ?? { data: null, ...nothingToFollow(stream.responseKey) };
    } catch (error) {
      if (error instanceof Refusal) return { data: null, errors: error.errors };
      throw error;
    }
  }

  /**
   * Goes over to another graph. Subscriptions whose document is valid there go on where they are; the others are told `DOCUMENT_OUTDATED`, and end.
   * `listen` comes first.
   */
  goOver(run: GraphRun): void {
    this.#run = run;
    this.#generation += 1;
    const known = new Map<PreparedDocument, PreparedDocument | undefined>();
    for (const opened of [...this.#open]) {
      const { prepared } = opened.request;
      if (!known.has(prepared)) known.set(prepared, this.#again(prepared, run));
      opened.moveTo(known.get(prepared));
    }
  }

  #again(prepared: PreparedDocument, { documents }: GraphRun): PreparedDocument | undefined {
    try {
      const again = documents.recheck(prepared);
      this.prepare(again);
      return again;
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }
}

/** A client's subscription, through all the streams that it takes part in: another token or another graph may lead it to another one. */
class Opened implements OpenedSubscription {
  readonly #subscriptions: Subscriptions;
  readonly #sink: StreamSink;
  readonly #onEnd: () => void;
  #request: SubscriptionRequest;
  #subscriber: Subscriber | undefined;
  #route: Route | undefined;
  #started = false;
  #over = false;

  constructor(subscriptions: Subscriptions, request: SubscriptionRequest, sink: StreamSink, onEnd: () => void) {
    this.#subscriptions = subscriptions;
    this.#request = request;
    this.#sink = sink;
    this.#onEnd = onEnd;
  }

  get request(): SubscriptionRequest {
    return this.#request;
  }

  begin(route: Route, resumeFrom: Position | undefined): Promise<ExecutionResult | undefined> {
    return this.#join(route, resumeFrom).begin();
  }

  start(): void {
    this.#started = true;
    this.#subscriber?.start();
  }

  stop(): void {
    this.#finish();
    this.#subscriber?.stop();
  }

  renewed(): void {
    const route = this.#subscriptions.reroute(this.#request);
    if (!('shareClass' in route)) this.#end(route);
    else if (route.shareClass.key !== this.#route?.shareClass.key) this.#move(route);
  }

  /** To the same document in another graph; undefined: it is none there. */
  moveTo(prepared: PreparedDocument | undefined): void {
    if (this.#over) return;
    if (!prepared) return this.#end({ data: null, errors: [outdated()] });
    this.#request = { ...this.#request, prepared };
    const route = this.#subscriptions.reroute(this.#request);
    if ('shareClass' in route) this.#move(route);
    else this.#end(route);
  }

  #join(route: Route, resumeFrom: Position | undefined): Subscriber {
    this.#route = route;
    const subscriber: Subscriber = this.#subscriptions.subscribe(route, this.#sink, resumeFrom, () => { if (this.#subscriber === subscriber) this.#finish(); });
    this.#subscriber = subscriber;
    return subscriber;
  }

  #move(route: Route): void {
    const before = this.#subscriber;
    const isSameFeed = this.#route !== undefined && addressKey(this.#route.feed) === addressKey(route.feed);
    const after = this.#join(route, isSameFeed ? before?.position : undefined);
    before?.stop();
    // What has not begun yet is begun by whoever waits for the first one; its answer is not of this graph any more.
    after.begin().then((refused) => {
      if (this.#subscriber !== after || this.#over) return;
      if (refused) this.#end(refused);
      else if (this.#started) after.start();
    }, (error: unknown) => this.#end({ data: null, errors: [new GraphQLError((error as Error).message)] }));
  }

  #end(result: ExecutionResult): void {
    if (this.#over) return;
    this.stop();
    this.#sink.end(result);
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#onEnd();
  }
}

const outdated = () => new GraphQLError('The graph is another one now, and has no such document. Subscribe with one that fits.', { extensions: { code: 'DOCUMENT_OUTDATED' } });
