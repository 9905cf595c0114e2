import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { newTraceparent } from '#platform/telemetry/trace.ts';
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
import { Renderings } from './renderings.ts';
import { Semaphore } from './semaphore.ts';
import { RoutedSubscription, type Counted, type Opening, type SubscriptionRouting } from './routedSubscription.ts';
import type { GraphGeneration } from '../execution/liveGraph.ts';
import { Routes, type Route, type SubscriptionRequest } from './routes.ts';
import { SharedParts, type SharedContext } from './sharedParts.ts';
import { SharedStream } from './sharedStream.ts';
import { nothingToFollow } from './streamAnswer.ts';
import type { StreamHub } from './feeds/streamHub.ts';
import type { StreamMessage } from './streamMessage.ts';
import type { StreamMetrics } from './streamMetrics.ts';
import type { StreamSink } from './streamSink.ts';
import { Subscriber, type SubscriberOwner } from './subscriber.ts';

export interface SubscriptionParts {
  readonly hub: StreamHub;
  readonly cursors: Cursors;
  readonly events: ReadonlyMap<string, EventDefinition>;
  readonly policy: StreamPolicy;
  /** The budget for the queued events of all streams of the process. */
  readonly queued: Budget;
  /** Makes the caller on whose behalf subgraphs are called for a class of callers. */
  readonly callerOf: (principal: Principal, traceparent: string) => Caller;
  readonly metrics: StreamMetrics;
  readonly log: Logger;
}

/** A request that was checked and can be opened. */
export interface CheckedRequest {
  readonly request: SubscriptionRequest;
  readonly route: Route | undefined;
  readonly resumeFrom: Position | undefined;
}

/** How many reads that begin a stream may run at once in the process; the others wait their turn. */
const readsAtOnce = 64;
const keptBytes = 16 * 1024 * 1024;

/** Opens subscriptions, and lets those with the same document, variables and class share a stream. */
export class Subscriptions {
  readonly #parts: SubscriptionParts;
  readonly #shared = new Map<string, SharedStream>();
  readonly #open = new Set<RoutedSubscription>();
  readonly #context: SharedContext;
  readonly #routes: Routes;
  readonly #routing: SubscriptionRouting;
  #graphNumber = 0;

  constructor(generation: GraphGeneration, parts: SubscriptionParts) {
    this.#parts = parts;
    this.#routes = new Routes(generation, parts);
    this.#context = {
      ...parts,
      kept: new LruCache<StreamMessage>(keptBytes),
      beginningReads: new Semaphore(readsAtOnce),
      reading: new Map(),
      renderings: new Renderings(),
      onEmpty: (stream) => {
        const { key } = stream.parts;
        if (this.#shared.get(key) === stream) this.#shared.delete(key);
      },
    };
    this.#routing = {
      reroute: (request) => this.#routes.reroute(request),
      subscribe: (...asked) => this.#subscribe(...asked),
      ended: (subscription) => void this.#open.delete(subscription),
      unexpected: (error) => ({ data: null, errors: [unexpectedError(error, newTraceparent(), parts.log)] }),
    };
  }

  /** How many subscriptions are open. */
  get count(): number {
    return this.#open.size;
  }

  /**
   * Listens to all events that the streams of the graph follow. Resolves when they are heard. @throws if a declared
   * stream cannot be followed
   */
  start(): Promise<void> {
    return this.listen(this.#routes.generation.graph);
  }

  /** Listens to the events of another graph, before `switchTo`. */
  async listen(graph: Graph): Promise<void> {
    await this.#parts.hub.listen(
      new Set(
        [...graph.streams.values()].flatMap((declaration) => feedOf(declaration, this.#parts.events)?.topic ?? []),
      ),
    );
  }

  /**
   * Prepares a subscription's document, and returns the query that it is read with. @throws Refusal if it cannot be
   * streamed
   */
  prepare(prepared: PreparedDocument, generation?: GraphGeneration): PreparedDocument {
    return this.#routes.prepare(prepared, generation).query;
  }

  /** Checks a request as far as possible without reading anything. @throws Refusal, for example CURSOR_INVALID */
  check(request: SubscriptionRequest): CheckedRequest {
    const route = this.#routes.routeOf(request);
    return { request, route, resumeFrom: route && this.#routes.positionOf(request, route) };
  }

  /**
   * Opens a stream to a sink; nothing is sent before `start`. The `@auth` of the subscription field is checked before
   * any feed is followed. Resolves to an answer instead of a subscription if there is nothing to follow.
   */
  async open({ request, route, resumeFrom }: CheckedRequest, sink: StreamSink, counted?: Counted): Promise<Opening> {
    const { stream } = this.#routes.prepare(request.prepared);
    const refused = this.#routes.refusalOf(stream, request.caller.principal);
    if (refused) return { kind: 'refused', result: refused };
    if (!route) return { kind: 'refused', result: { data: null, ...nothingToFollow(stream.responseKey) } };
    const opened = new RoutedSubscription(this.#routing, request, sink, counted);
    this.#open.add(opened);
    try {
      const ended = await opened.begin(route, resumeFrom);
      return ended ? { kind: 'refused', result: ended } : { kind: 'opened', subscription: opened };
    } catch (error) {
      opened.stop();
      throw error;
    }
  }

  #subscribe(route: Route, sink: StreamSink, resumeFrom: Position | undefined, owner: SubscriberOwner): Subscriber {
    const bound: CursorOwner = {
      principal: route.principal,
      document: route.made.stream.hash,
      variables: route.variables,
    };
    return new Subscriber({
      shared: this.#sharedAt(route, resumeFrom?.version),
      sink,
      prefix: this.#parts.cursors.prefix(bound),
      resumeFrom,
      owner,
    });
  }

  #sharedAt(route: Route, after: number | undefined): SharedStream {
    const {
      made: { stream },
      variables,
      feed,
      shareClass,
    } = route;
    const key = digest(
      `${this.#graphNumber} ${stream.hash} ${stableJson(variables)} ${addressKey(feed)} ${shareClass.key}`,
    );
    const known = this.#shared.get(key);
    if (known) return known;
    const made = new SharedStream(new SharedParts(key, route, this.#routes.generation, this.#context), after);
    this.#shared.set(key, made);
    return made;
  }

  /**
   * Switches to another graph, after `listen`. Subscriptions whose document is valid there go on without a gap; the
   * others end with `DOCUMENT_OUTDATED`.
   */
  switchTo(generation: GraphGeneration): void {
    this.#routes.generation = generation;
    this.#graphNumber += 1;
    const known = new Map<PreparedDocument, PreparedDocument | undefined>();
    for (const opened of [...this.#open]) {
      const { prepared } = opened.request;
      if (!known.has(prepared)) known.set(prepared, this.#prepareAgain(prepared, generation));
      opened.moveTo(known.get(prepared));
    }
  }

  #prepareAgain(prepared: PreparedDocument, { documents }: GraphGeneration): PreparedDocument | undefined {
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

/** Keys are kept for as long as their streams, and the text of one is several times as long. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');
