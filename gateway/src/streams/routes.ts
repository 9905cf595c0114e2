import { GraphQLError, print, type ExecutionResult } from 'graphql';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { requireScope } from '#platform/subgraph/authSchema.ts';
import type { PreparedDocument } from '../documents/documents.ts';
import type { GraphGeneration } from '../execution/liveGraph.ts';
import { LruCache } from '../documents/lruCache.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Cursors, Position } from './cursors.ts';
import { feedOf, type FeedAddress } from './feeds/feedAddress.ts';
import { renderFeed } from './feeds/renderFeed.ts';
import { nothingToFollow } from './streamAnswer.ts';
import { queryToRead, type SharedQuery } from './sharedQuery.ts';
import { streamClass, type StreamClass } from './streamClass.ts';
import { streamDocument, type StreamDocument } from './streamDocument.ts';

/** A subscription's document, with the query that its messages are read with. */
export interface PreparedStream {
  readonly stream: StreamDocument;
  readonly query: PreparedDocument;
  /** The answer of that query as the client's document says it; see `SharedQuery`. */
  readonly ownAnswer: SharedQuery['ownAnswer'];
  /** The same for a class that is refused some fields: its messages have to be executed, which enforces that. */
  readonly executed: StreamDocument;
  /**
   * The properties of the caller, besides roles and scopes, that the answer depends on (`@variesBy`); undefined if that
   * is not declared, so that it may depend on anything.
   */
  readonly dimensions: readonly string[] | undefined;
}

/** A client's request for a subscription. */
export interface SubscriptionRequest {
  readonly prepared: PreparedDocument;
  /** The variables as the client sent them, before coercion. */
  readonly variables: Record<string, unknown>;
  /** Tells who calls now: the token may be renewed while the stream runs. */
  readonly caller: { readonly principal: Principal };
  /** The cursor of the last message that the client has, as it was sent; any JSON value. */
  readonly resumeFrom?: unknown;
}

/** Which shared stream serves a request: requests with the same document, variables, feed and class share one. */
export interface Route {
  readonly prepared: PreparedDocument;
  readonly made: PreparedStream;
  readonly variables: Record<string, unknown>;
  readonly principal: Principal;
  readonly feed: FeedAddress;
  readonly shareClass: StreamClass;
}

/** The route of a running subscription, or the answer that ends it if it has none any more. */
export type Rerouting =
  { readonly kind: 'route'; readonly route: Route } | { readonly kind: 'refused'; readonly result: ExecutionResult };

/** As for documents: a prepared one takes about a hundred times the memory of its text. */
const maxQueryCharacters = 1_000_000;

/** Finds the routes of requests in the graph that is served now. */
export class Routes {
  readonly #events: ReadonlyMap<string, EventDefinition>;
  readonly #cursors: Cursors;
  readonly #prepared = new WeakMap<PreparedDocument, PreparedStream>();
  /** The queries that streams are read with, by their text. */
  readonly #queries = new WeakMap<GraphGeneration['documents'], LruCache<PreparedDocument>>();
  generation: GraphGeneration;

  constructor(
    generation: GraphGeneration,
    { events, cursors }: { readonly events: ReadonlyMap<string, EventDefinition>; readonly cursors: Cursors },
  ) {
    this.generation = generation;
    this.#events = events;
    this.#cursors = cursors;
  }

  /**
   * Prepares a subscription's document once: checks that its field is a declared stream, and derives the query that
   * reads it. @throws Refusal
   */
  prepare(prepared: PreparedDocument, { graph, documents }: GraphGeneration = this.generation): PreparedStream {
    const known = this.#prepared.get(prepared);
    if (known) return known;
    const stream = streamDocument(prepared.document, prepared.operation, graph);
    const read = queryToRead(stream, graph.apiSchema);
    const query = this.#prepareRead(read, documents);
    const kept = { ...stream, query: query.document };
    const made = {
      stream: kept,
      executed: { ...kept, eventFields: undefined },
      query,
      ownAnswer: read.ownAnswer,
      dimensions: graph.varies.of(query.document, graph.apiSchema),
    };
    this.#prepared.set(prepared, made);
    return made;
  }

  /** Prepares a query once for all documents that are read with it. */
  #prepareRead({ document, operationName }: SharedQuery, documents: GraphGeneration['documents']): PreparedDocument {
    const queries = this.#queries.get(documents) ?? new LruCache<PreparedDocument>(maxQueryCharacters);
    this.#queries.set(documents, queries);
    const text = `${operationName ?? ''}\n${print(document)}`;
    const query = queries.get(text) ?? documents.prepareDerived(document, operationName);
    queries.set(text, query, text.length);
    return query;
  }

  /**
   * The route of a request. Undefined when a part of the feed's key is null or missing, so that there is nothing to
   * follow. @throws Refusal for invalid variables
   */
  routeOf({ prepared, variables: raw, caller: { principal } }: SubscriptionRequest): Route | undefined {
    const made = this.prepare(prepared);
    const { declaration } = made.stream;
    const feed = feedOf(declaration, this.#events);
    if (!feed) throw new Error(`none of the events of Subscription.${declaration.field} is in the event catalogue`);
    const variables = this.generation.pipeline.coerce(prepared, raw);
    const key = renderFeed(declaration.feed, made.stream.argumentsOf(variables), principal);
    return key === undefined
      ? undefined
      : {
          prepared,
          made,
          variables,
          principal,
          // Spread, each address would have a hidden class of its own: 1 KB.
          feed: { domain: feed.domain, topic: feed.topic, kind: feed.kind, key },
          shareClass: streamClass(principal, made.dimensions),
        };
  }

  /** The position from which the client resumes; undefined if it begins anew. @throws Refusal CURSOR_INVALID */
  positionOf({ resumeFrom }: SubscriptionRequest, { made, feed, principal, variables }: Route): Position | undefined {
    if (resumeFrom === undefined || resumeFrom === null) return undefined;
    const position = this.#cursors.read(resumeFrom, { principal, document: made.stream.hash, variables }, feed);
    if (!position)
      throw Refusal.of('document', 'CURSOR_INVALID', 'This cursor is not valid here. Begin anew, without one.');
    return position;
  }

  /**
   * The answer that refuses the stream if the caller lacks the scopes of the subscription's field; otherwise undefined.
   */
  refusalOf({ declaration, responseKey }: StreamDocument, principal: Principal): ExecutionResult | undefined {
    try {
      for (const scopes of this.generation.graph.guards.of('Subscription', declaration.field))
        requireScope(principal, scopes, `Subscription.${declaration.field}`);
      return undefined;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return {
        data: null,
        errors: [new GraphQLError(error.message, { path: [responseKey], extensions: error.extensions })],
      };
    }
  }

  /** The route of a running subscription now, or the answer that ends it if it has none any more. */
  reroute(request: SubscriptionRequest): Rerouting {
    try {
      const { stream } = this.prepare(request.prepared);
      const refused = this.refusalOf(stream, request.caller.principal);
      if (refused) return { kind: 'refused', result: refused };
      const route = this.routeOf(request);
      return route
        ? { kind: 'route', route }
        : { kind: 'refused', result: { data: null, ...nothingToFollow(stream.responseKey) } };
    } catch (error) {
      if (error instanceof Refusal) return { kind: 'refused', result: { data: null, errors: error.errors } };
      throw error;
    }
  }
}
