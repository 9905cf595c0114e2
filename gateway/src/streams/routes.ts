import { GraphQLError, type ExecutionResult } from 'graphql';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { requireScope } from '#platform/subgraph/authSchema.ts';
import type { PreparedDocument } from '../documents/documents.ts';
import type { GraphGeneration } from '../execution/liveGraph.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Cursors, Position } from './cursors.ts';
import { feedOf, type FeedAddress } from './feeds/feedAddress.ts';
import { renderFeed } from './feeds/renderFeed.ts';
import { nothingToFollow } from './streamAnswer.ts';
import { streamClass, type StreamClass } from './streamClass.ts';
import { streamDocument, type StreamDocument } from './streamDocument.ts';

export interface PreparedStream {
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

/** Where a request leads: everything that decides which stream it shares. */
export interface Route {
  readonly prepared: PreparedDocument;
  readonly made: PreparedStream;
  readonly variables: Record<string, unknown>;
  readonly principal: Principal;
  readonly feed: FeedAddress;
  readonly shareClass: StreamClass;
}

/** Says where requests lead in the graph that is served now. */
export class Routes {
  readonly #events: ReadonlyMap<string, EventDefinition>;
  readonly #cursors: Cursors;
  readonly #prepared = new WeakMap<PreparedDocument, PreparedStream>();
  run: GraphGeneration;

  constructor(
    run: GraphGeneration,
    { events, cursors }: { readonly events: ReadonlyMap<string, EventDefinition>; readonly cursors: Cursors },
  ) {
    this.run = run;
    this.#events = events;
    this.#cursors = cursors;
  }

  /** A subscription's document, checked as far as can be before it is asked for. @throws Refusal */
  prepare(prepared: PreparedDocument, { graph, documents }: GraphGeneration = this.run): PreparedStream {
    const known = this.#prepared.get(prepared);
    if (known) return known;
    const stream = streamDocument(prepared.document, prepared.operation, graph);
    const made = {
      stream,
      query: documents.prepareDerived(stream.query, stream.operationName),
      dimensions: graph.varies.of(stream.query, graph.apiSchema),
    };
    this.#prepared.set(prepared, made);
    return made;
  }

  /** @throws Refusal. Undefined when a part of the feed's key is null or missing. */
  routeOf({ prepared, variables: raw, principal: asking }: SubscriptionRequest): Route | undefined {
    const principal = asking();
    const made = this.prepare(prepared);
    const { declaration } = made.stream;
    const feed = feedOf(declaration, this.#events);
    if (!feed) throw new Error(`no event of Subscription.${declaration.field} is known`);
    const variables = this.run.pipeline.coerce(prepared, raw);
    const key = renderFeed(declaration.feed, made.stream.argumentsOf(variables), principal);
    return key === undefined
      ? undefined
      : {
          prepared,
          made,
          variables,
          principal,
          feed: { ...feed, key },
          shareClass: streamClass(principal, made.dimensions),
        };
  }

  /** Where the client of a request was; undefined if it begins. @throws Refusal, CURSOR_INVALID */
  positionOf({ resumeFrom }: SubscriptionRequest, { made, feed, principal, variables }: Route): Position | undefined {
    if (resumeFrom === undefined || resumeFrom === null) return undefined;
    const position = this.#cursors.read(resumeFrom, { principal, document: made.stream.hash, variables }, feed);
    if (!position)
      throw Refusal.of('document', 'CURSOR_INVALID', 'This cursor is not good here. Subscribe without `resumeFrom`.');
    return position;
  }

  /** Why the caller may not follow the field, as the answer to it. */
  refusalOf({ declaration, responseKey }: StreamDocument, principal: Principal): ExecutionResult | undefined {
    try {
      for (const scopes of this.run.graph.guards.of('Subscription', declaration.field))
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

  /** Where a running subscription leads now; the answer that ends it, if it leads nowhere. */
  reroute(request: SubscriptionRequest): Route | ExecutionResult {
    try {
      const { stream } = this.prepare(request.prepared);
      return (
        this.refusalOf(stream, request.principal()) ??
        this.routeOf(request) ?? { data: null, ...nothingToFollow(stream.responseKey) }
      );
    } catch (error) {
      if (error instanceof Refusal) return { data: null, errors: error.errors };
      throw error;
    }
  }
}
