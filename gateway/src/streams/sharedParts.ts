import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { Principal } from '#platform/identity/principal.ts';
import { newTraceparent } from '#platform/telemetry/trace.ts';
import type { StreamPolicy } from '../channelManifest.ts';
import { refusalKey } from '../documents/authorization.ts';
import type { PreparedDocument } from '../documents/documents.ts';
import type { LruCache } from '../documents/lruCache.ts';
import type { GraphGeneration } from '../execution/liveGraph.ts';
import type { Caller, Pipeline } from '../execution/pipeline.ts';
import type { Budget } from './budget.ts';
import { stableJson, type Cursors, type Position } from './cursors.ts';
import type { FeedAddress } from './feeds/feedAddress.ts';
import type { StreamHub } from './feeds/streamHub.ts';
import type { Renderings } from './renderings.ts';
import type { Route } from './routes.ts';
import type { Semaphore } from './semaphore.ts';
import type { SharedStream, SharedStreamParts } from './sharedStream.ts';
import { sinceVariable, type StreamDocument } from './streamDocument.ts';
import type { StreamMessage } from './streamMessage.ts';
import type { StreamMetrics } from './streamMetrics.ts';
import type { StreamRead } from './streamRenderer.ts';

/** What all shared streams of a channel have in common. */
export interface SharedContext {
  readonly hub: StreamHub;
  readonly policy: StreamPolicy;
  readonly queued: Budget;
  readonly kept: LruCache<StreamMessage>;
  readonly metrics: StreamMetrics;
  readonly log: Logger;
  readonly cursors: Cursors;
  readonly beginningReads: Semaphore;
  /** Reads for events that are under way. Streams whose documents differ in names only share them. */
  readonly reading: Map<string, Promise<ExecutionResult>>;
  /** Streams that have been answered at once, such as those that share a read, wait for their turn to go on. */
  readonly renderings: Renderings;
  readonly callerOf: (principal: Principal, traceparent: string) => Caller;
  readonly onEmpty: (stream: SharedStream) => void;
}

/**
 * What a shared stream is made of. It is a class, and what is common to all is read through it, because there is one
 * for each client where each follows something of its own.
 */
export class SharedParts implements SharedStreamParts {
  readonly key: string;
  readonly stream: StreamDocument;
  readonly feed: FeedAddress;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly #route: Route;
  readonly #pipeline: Pipeline;
  readonly #context: SharedContext;
  #readKey: string | undefined;

  constructor(key: string, route: Route, { pipeline }: GraphGeneration, context: SharedContext) {
    const {
      made: { stream, executed, query },
      variables,
      feed,
      shareClass: { principal },
    } = route;
    this.key = key;
    this.stream = refusalKey(principal, query.scopeSets) === '' ? stream : executed;
    this.feed = feed;
    this.arguments = stream.argumentsOf(variables);
    this.#route = route;
    this.#pipeline = pipeline;
    this.#context = context;
  }

  get hub(): StreamHub {
    return this.#context.hub;
  }

  get policy(): StreamPolicy {
    return this.#context.policy;
  }

  get queued(): Budget {
    return this.#context.queued;
  }

  get kept(): LruCache<StreamMessage> {
    return this.#context.kept;
  }

  get metrics(): StreamMetrics {
    return this.#context.metrics;
  }

  get log(): Logger {
    return this.#context.log;
  }

  positionAt(position: Position): string {
    return this.#context.cursors.position(this.feed, position);
  }

  onEmpty(stream: SharedStream): void {
    this.#context.onEmpty(stream);
  }

  async read(read: StreamRead): Promise<ExecutionResult> {
    const { ownAnswer } = this.#route.made;
    // Reads for an event are not delayed. Reads that begin a stream may be many, so they wait their turn.
    if (read.traceparent === undefined) return ownAnswer(await this.#context.beginningReads.run(() => this.#run(read)));
    const answer = await this.#runOnce(read);
    await this.#context.renderings.turn();
    return ownAnswer(answer);
  }

  #runOnce(read: StreamRead): Promise<ExecutionResult> {
    const { reading } = this.#context;
    this.#readKey ??= readKeyOf(this.#route);
    const key = `${this.#readKey} ${read.freshness} ${read.since}`;
    const run = reading.get(key) ?? this.#run(read).finally(() => reading.delete(key));
    reading.set(key, run);
    return run;
  }

  #run({ freshness, traceparent, since }: StreamRead): Promise<ExecutionResult> {
    const { made, variables, shareClass } = this.#route;
    this.metrics.executed();
    return this.#pipeline.run(
      made.query,
      this.stream.declaration.since === undefined ? variables : { ...variables, [sinceVariable]: since ?? null },
      this.#context.callerOf(shareClass.principal, traceparent ?? newTraceparent()),
      { freshness },
    );
  }
}

const numbers = new WeakMap<PreparedDocument, number>();
let prepared = 0;

/** Equal for streams whose reads for an event are the same. */
function readKeyOf({ made: { query }, variables, shareClass }: Route): string {
  if (!numbers.has(query)) numbers.set(query, (prepared += 1));
  return `${numbers.get(query)} ${stableJson(variables)} ${shareClass.key}`;
}
