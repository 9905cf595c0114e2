import { GraphQLError, type ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import { requireScope } from '#platform/subgraph/authSchema.ts';
import type { StreamPolicy } from '../channelManifest.ts';
import type { Documents, PreparedDocument } from '../documents.ts';
import type { Graph } from '../graph.ts';
import type { Caller, Pipeline } from '../pipeline.ts';
import { Refusal } from '../refusal.ts';
import type { Budget } from './budget.ts';
import type { Cursors, CursorOwner, Position } from './cursors.ts';
import { feedOf, type FeedAddress } from './feedAddress.ts';
import { openStream, type Stream } from './openStream.ts';
import { renderFeed } from './renderFeed.ts';
import { nothingToFollow } from './streamAnswer.ts';
import { streamDocument, type StreamDocument } from './streamDocument.ts';
import type { StreamHub } from './streamHub.ts';

interface PreparedStream {
  readonly stream: StreamDocument;
  readonly query: PreparedDocument;
}

/** A subscription that a client asks for. */
export interface SubscriptionRequest {
  readonly prepared: PreparedDocument;
  /** As coerced. */
  readonly variables: Record<string, unknown>;
  /** Who asks, now: its token may be renewed while the stream runs. */
  readonly caller: () => Caller;
  /** Cursor of the last message it has. */
  readonly resumeFrom?: unknown;
  /** Of its connection. */
  readonly budget?: Budget;
  /** Called when its stream is over; not if it never began. */
  readonly onEnd?: () => void;
}

/** Carries out subscriptions: from a document and variables to a stream of answers. */
export class Subscriptions {
  readonly #graph: Graph;
  readonly #documents: Documents;
  readonly #pipeline: Pipeline;
  readonly #hub: StreamHub;
  readonly #cursors: Cursors;
  readonly #events: ReadonlyMap<string, EventDefinition>;
  readonly #policy: StreamPolicy;
  readonly #log: Logger;
  readonly #prepared = new WeakMap<PreparedDocument, PreparedStream>();

  constructor(parts: {
    readonly graph: Graph; readonly documents: Documents; readonly pipeline: Pipeline; readonly hub: StreamHub; readonly cursors: Cursors;
    readonly events: ReadonlyMap<string, EventDefinition>; readonly policy: StreamPolicy; readonly log: Logger;
  }) {
    this.#graph = parts.graph;
    this.#documents = parts.documents;
    this.#pipeline = parts.pipeline;
    this.#hub = parts.hub;
    this.#cursors = parts.cursors;
    this.#events = parts.events;
    this.#policy = parts.policy;
    this.#log = parts.log;
  }

  /** Resolves when everything that any stream of the graph follows is heard. @throws if a declared stream cannot be followed */
  async start(): Promise<void> {
    await this.#hub.listen(new Set([...this.#graph.streams.values()].flatMap((declaration) => feedOf(declaration, this.#events)?.topic ?? [])));
  }

  /** A subscription's document, checked as far as can be before it is asked for. @throws Refusal */
  prepare(prepared: PreparedDocument): PreparedStream {
    const known = this.#prepared.get(prepared);
    if (known) return known;
    const stream = streamDocument(prepared.document, prepared.operation, this.#graph);
    const made = { stream, query: this.#documents.prepareDerived(stream.query, stream.operationName) };
    this.#prepared.set(prepared, made);
    return made;
  }

  /** Whether a cursor may be resumed from. @throws Refusal CURSOR_INVALID */
  checkCursor(request: SubscriptionRequest): void {
    const { stream } = this.prepare(request.prepared);
    const feed = this.#feedOf(stream, request);
    if (feed) this.#positionOf(request, stream, feed);
  }

  /**
   * Opens the stream. `@auth` of the subscription field is met before anything is followed, and again, like that of the selection, at each message.
   * @throws Refusal
   */
  async open(request: SubscriptionRequest): Promise<Stream | ExecutionResult> {
    const { prepared, variables, caller } = request;
    const { stream, query } = this.prepare(prepared);
    const refused = this.#refusalOf(stream, caller());
    if (refused) return refused;
    const feed = this.#feedOf(stream, request);
    if (!feed) return { data: null, ...nothingToFollow(stream.responseKey) };
    const binding = this.#cursors.binding(ownerOf(request, stream));
    return openStream({
      stream, feed, hub: this.#hub, policy: this.#policy, budget: request.budget, onEnd: request.onEnd, log: this.#log,
      resumeFrom: this.#positionOf(request, stream, feed),
      cursorAt: (position) => this.#cursors.write(binding, feed, position),
      read: async (freshness) => {
        const now = caller();
        return this.#refusalOf(stream, now) ?? this.#pipeline.run(query, variables, now, { freshness });
      },
    });
  }

  /** Undefined when a part of its key is null or missing. */
  #feedOf(stream: StreamDocument, { variables, caller }: SubscriptionRequest): FeedAddress | undefined {
    const feed = feedOf(stream.declaration, this.#events);
    if (!feed) throw new Error(`no event of Subscription.${stream.declaration.field} is known`);
    const key = renderFeed(stream.declaration.feed, stream.argumentsOf(variables), caller().principal);
    return key === undefined ? undefined : { ...feed, key };
  }

  #positionOf(request: SubscriptionRequest, stream: StreamDocument, feed: FeedAddress): Position | undefined {
    if (request.resumeFrom === undefined || request.resumeFrom === null) return undefined;
    const position = this.#cursors.read(request.resumeFrom, ownerOf(request, stream), feed);
    if (!position) throw Refusal.of('document', 'CURSOR_INVALID', 'This cursor is not good here. Subscribe without `resumeFrom`.');
    return position;
  }

  #refusalOf({ declaration, responseKey }: StreamDocument, { principal }: Caller): ExecutionResult | undefined {
    try {
      for (const scopes of this.#graph.guards.of('Subscription', declaration.field)) requireScope(principal, scopes, `Subscription.${declaration.field}`);
      return undefined;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return { data: null, errors: [new GraphQLError(error.message, { path: [responseKey], extensions: error.extensions })] };
    }
  }
}

const ownerOf = ({ caller, variables }: SubscriptionRequest, stream: StreamDocument): CursorOwner =>
  ({ principal: caller().principal, document: stream.hash, variables });
