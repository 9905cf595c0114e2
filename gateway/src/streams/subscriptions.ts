import { GraphQLError, type ExecutionResult } from 'graphql';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import { requireScope } from '#platform/subgraph/authSchema.ts';
import type { StreamPolicy } from '../channelManifest.ts';
import type { Documents, PreparedDocument } from '../documents.ts';
import type { Graph } from '../graph.ts';
import type { Caller, Pipeline } from '../pipeline.ts';
import { openStream, type Stream } from './openStream.ts';
import { renderFeed } from './renderFeed.ts';
import { streamDocument, type StreamDocument } from './streamDocument.ts';
import type { StreamHub } from './streamHub.ts';

interface PreparedStream {
  readonly stream: StreamDocument;
  readonly query: PreparedDocument;
}

/** Carries out subscriptions: from a document and variables to a stream of answers. */
export class Subscriptions {
  readonly #graph: Graph;
  readonly #documents: Documents;
  readonly #pipeline: Pipeline;
  readonly #hub: StreamHub;
  readonly #events: ReadonlyMap<string, EventDefinition>;
  readonly #policy: StreamPolicy;
  readonly #prepared = new WeakMap<PreparedDocument, PreparedStream>();

  constructor(parts: {
    readonly graph: Graph; readonly documents: Documents; readonly pipeline: Pipeline; readonly hub: StreamHub;
    readonly events: ReadonlyMap<string, EventDefinition>; readonly policy: StreamPolicy;
  }) {
    this.#graph = parts.graph;
    this.#documents = parts.documents;
    this.#pipeline = parts.pipeline;
    this.#hub = parts.hub;
    this.#events = parts.events;
    this.#policy = parts.policy;
  }

  /** Resolves when everything that any stream of the graph follows is heard. */
  async start(): Promise<void> {
    await this.#hub.listen(new Set([...this.#graph.streams.values()].flatMap(({ events }) => this.#topicsOf(events))));
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

  /**
   * Opens the stream. `@auth` of the subscription field is met before anything is followed; that of the selection at each message.
   * @throws Refusal
   */
  async open(prepared: PreparedDocument, variables: Record<string, unknown>, caller: Caller): Promise<Stream | ExecutionResult> {
    const { stream, query } = this.prepare(prepared);
    const refused = this.#refusalOf(stream, caller);
    if (refused) return { data: null, errors: [refused] };
    const feed = renderFeed(stream.declaration.feed, stream.argumentsOf(variables), caller.principal);
    if (feed === undefined) return { data: null, errors: [new GraphQLError('There is nothing to follow: it does not exist, or is not yours.', { path: [stream.responseKey], extensions: { code: 'NOT_FOUND' } })] };
    return openStream({
      stream, hub: this.#hub, feed, policy: this.#policy, topics: this.#topicsOf(stream.declaration.events),
      read: (freshness) => this.#pipeline.run(query, variables, caller, { freshness }),
    });
  }

  #topicsOf(events: readonly string[]): string[] {
    return [...new Set(events.flatMap((name) => this.#events.get(name)?.topic ?? []))];
  }

  #refusalOf({ declaration, responseKey }: StreamDocument, { principal }: Caller): GraphQLError | undefined {
    try {
      for (const scopes of this.#graph.guards.of('Subscription', declaration.field)) requireScope(principal, scopes, `Subscription.${declaration.field}`);
      return undefined;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return new GraphQLError(error.message, { path: [responseKey], extensions: error.extensions });
    }
  }
}
