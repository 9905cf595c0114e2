import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { StartupError } from '#platform/config/startupError.ts';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import { actorOf, bindingsOf } from '#platform/identity/principal.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import type { CachePolicy } from '../channelManifest.ts';
import { refusalKey } from '../documents/authorization.ts';
import type { PreparedDocument } from '../documents/documents.ts';
import type { GraphGeneration } from '../execution/liveGraph.ts';
import type { Graph } from '../graph/graph.ts';
import type { Caller } from '../execution/pipeline.ts';
import type { StreamHub } from '../streams/feeds/streamHub.ts';
import { streamClass } from '../streams/streamClass.ts';
import { viewName } from '../serve/viewSubgraph.ts';
import { subjectOf } from './answerScope.ts';
import { Cdn } from './cdn.ts';
import type { Purge } from './cdnPurges.ts';
import { KeptAnswers, type KeptAnswer, type Made, type Outcome, type Wanted, type Written } from './keptAnswers.ts';
import { FeedIndex, Places } from './places.ts';
import { noteReading, type Reading } from './reading.ts';
import type { Writes } from './writes.ts';

const maxBytes = 32 * 2 ** 20;

export interface KeptOperationsParts {
  readonly channel: string;
  readonly policy: CachePolicy;
  readonly hub: StreamHub;
  /** All that the bus may carry. */
  readonly events: ReadonlyMap<string, EventDefinition>;
  /** See `GatewayRuntime.purge`. */
  readonly purge: Purge | undefined;
  readonly log: Logger;
  readonly callerOf: (principal: Caller['principal'], traceparent: string) => Caller;
  readonly metrics: Metrics | undefined;
  /** The mutations of this process. */
  readonly writes: Writes | undefined;
}

export interface KeptRequest {
  readonly operation: string;
  readonly prepared: PreparedDocument;
  /** Coerced. */
  readonly variables: Record<string, unknown>;
  readonly caller: Caller;
  /** Writes the answer in another way than as that of GraphQL. */
  readonly write?: (result: ExecutionResult) => Written;
}

/** Those who get the same answers. */
interface CallerClass {
  /** As whom their answers are made. */
  readonly principal: Caller['principal'];
  readonly key: string;
}

/** The operations of a channel whose answers are kept until an event says that they may have changed. */
export class KeptOperations {
  readonly #parts: KeptOperationsParts;
  readonly #answers = new KeptAnswers(maxBytes);
  readonly #classes = new WeakMap<PreparedDocument, WeakMap<Caller['principal'], CallerClass>>();
  readonly #feeds = new WeakMap<Graph, FeedIndex>();
  readonly #unhook: (() => void)[] = [];
  readonly #cdn: Cdn | undefined;

  private constructor(parts: KeptOperationsParts) {
    this.#parts = parts;
    this.#cdn = parts.purge && new Cdn({ ...parts, purge: parts.purge });
    const { channel, metrics } = parts;
    metrics?.begin('keptPurges', { channel });
    this.#unhook.push(
      parts.hub.watch((topic, event) => {
        const subject = subjectOf(topic, event);
        const gone = this.#answers.hear(subject);
        this.#cdn?.heard(subject);
        if (gone > 0) metrics?.count('keptPurges', { channel }, gone);
      }),
      parts.writes?.watch((principal) => this.#answers.wrote(actorOf(principal))) ?? (() => undefined),
      metrics?.onScrape(`kept answers of ${channel}`, (report) =>
        report('keptBytes', { channel }, this.#answers.bytes),
      ) ?? (() => undefined),
    );
  }

  /**
   * Resolves when every event is heard. Undefined where nothing is kept: the policy names nothing, or there is no bus.
   * @throws StartupError for an operation that the policy names and nobody has registered, and for one whose answer
   * depends on more of its caller than the policy says
   */
  static async start(
    parts: Omit<KeptOperationsParts, 'hub' | 'policy'> & {
      readonly hub: StreamHub | undefined;
      readonly policy: CachePolicy | undefined;
    },
    current: GraphGeneration,
    prepared: ReadonlyMap<string, PreparedDocument>,
  ): Promise<KeptOperations | undefined> {
    const { hub, policy } = parts;
    for (const name of Object.keys(policy?.operations ?? {}))
      if (!prepared.has(name))
        throw new StartupError(`${parts.channel}: there is no operation ${name}, which its cache policy names.`);
    const kept = Object.entries(policy?.operations ?? {}).flatMap(([name, { keep }]) =>
      keep ? [[name, keep.for] as const] : [],
    );
    if (!hub || !policy || kept.length === 0) return undefined;
    for (const [name, keep] of kept) {
      const { document } = prepared.get(name)!;
      const varies = current.graph.varies.of(document, current.graph.apiSchema);
      const allowed = { public: [], store: ['store'], caller: undefined }[keep];
      if (allowed && (!varies || varies.some((each) => !allowed.some((one) => one === each))))
        throw new StartupError(
          `${parts.channel}: the answer of ${name} is to be kept for "${keep}", but ${varies ? `varies by ${varies.join(', ')}` : 'something in it does not say by what of the caller it varies'}.`,
        );
    }
    await hub.listen(new Set([...parts.events.values()].map(({ topic }) => topic)));
    return new KeptOperations({ ...parts, hub, policy });
  }

  isKept = (operation: string | undefined): operation is string =>
    operation !== undefined && this.#parts.policy.operations[operation]?.keep !== undefined;

  /** The answer, if it is kept: it costs so little that nobody need wait for a turn. */
  find(request: KeptRequest, current: GraphGeneration): KeptAnswer | undefined {
    const found = this.#answers.find(this.#wanted(request, current));
    if (found) this.#count(request, 'hit', found);
    return found;
  }

  async answer(request: KeptRequest, current: GraphGeneration): Promise<KeptAnswer | ExecutionResult> {
    const { answer, outcome } = await this.#answers.answer({
      ...this.#wanted(request, current),
      ...(request.write && { write: request.write }),
      make: (freshness) => this.#make(request, current, freshness),
    });
    this.#count(request, outcome, answer);
    return answer;
  }

  #wanted(request: KeptRequest, current: GraphGeneration): Pick<Wanted, 'key' | 'caller' | 'maxAgeMs'> {
    const { operation, variables, caller, write } = request;
    const { key } = this.#classOf(request, current);
    return {
      key: `${write ? 'written ' : ''}${key}${JSON.stringify(variables)}`,
      caller: actorOf(caller.principal),
      maxAgeMs: this.#parts.policy.operations[operation]!.keep!.seconds * 1_000,
    };
  }

  /** Who gets the same answers as the caller; for a caller whose token is known it is known, too. */
  #classOf(
    { operation, prepared, caller: { principal } }: Pick<KeptRequest, 'operation' | 'prepared' | 'caller'>,
    { graph }: GraphGeneration,
  ): CallerClass {
    const ofDocument = this.#classes.get(prepared) ?? new WeakMap<Caller['principal'], CallerClass>();
    this.#classes.set(prepared, ofDocument);
    const known = ofDocument.get(principal);
    if (known) return known;
    const group = streamClass(principal, graph.varies.of(prepared.document, graph.apiSchema));
    const key = JSON.stringify([operation, group.key, refusalKey(principal, prepared.scopeSets)]);
    const made = { principal: group.principal, key };
    ofDocument.set(principal, made);
    return made;
  }

  #count({ operation }: KeptRequest, outcome: Outcome, answer: KeptAnswer | ExecutionResult): void {
    const { metrics, channel } = this.#parts;
    metrics?.count('keptAnswers', { channel, operation, outcome });
    if (outcome === 'hit' && isKeptAnswer(answer))
      metrics?.observe('keptAge', { channel }, (performance.now() - answer.at) / 1_000);
  }

  /** Lets everything go, as after a change of the graph. */
  clear(): void {
    this.#answers.clear();
    this.#cdn?.clear();
  }

  /** The headers by which a CDN keeps an answer, for a request without a token that was sent by GET. */
  cdnHeaders(operation: string, answer: KeptAnswer): Readonly<Record<string, string>> {
    const keep = this.#parts.policy.operations[operation]?.keep;
    return (keep?.for === 'public' && this.#cdn?.headersOf(answer, keep.seconds)) || {};
  }

  async close(): Promise<void> {
    for (const each of this.#unhook) each();
    await this.#cdn?.close();
  }

  /** Runs the operation for all who get the same answer: what only one of them has is not there. */
  async #make(request: KeptRequest, current: GraphGeneration, freshness: string): Promise<Made> {
    const { prepared, variables, caller } = request;
    const { principal } = this.#classOf(request, current);
    const asked = new Set<string>();
    let [isAnything, isPartial] = [false, false];
    const given = new Set<unknown>([principal.subject, ...bindingsOf(principal).map(([, value]) => value)]);
    const places = new Places(current.graph, this.#feedsOf(current), given);
    const reading: Reading = {
      freshness,
      // What a view depends on are the domains that it asks itself.
      asks: (subgraph) => void (subgraph !== viewName && asked.add(subgraph)),
      ran: (...run) => places.add(...run),
      failed: () => (isPartial = true),
      asksAnything: () => (isAnything = true),
    };
    const member = this.#parts.callerOf(principal, caller.traceparent);
    const result = await noteReading(reading, () => current.pipeline.run(prepared, variables, member));
    places.add(prepared, variables, result.data);
    return { result, scope: places.scope(isAnything ? undefined : asked), isPartial };
  }

  #feedsOf({ graph }: GraphGeneration): FeedIndex {
    const known = this.#feeds.get(graph) ?? new FeedIndex(graph, this.#parts.events);
    this.#feeds.set(graph, known);
    return known;
  }
}

export const isKeptAnswer = (answer: KeptAnswer | ExecutionResult): answer is KeptAnswer => 'bytes' in answer;
