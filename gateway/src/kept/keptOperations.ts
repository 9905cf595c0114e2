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
import type { Caller } from '../execution/pipeline.ts';
import type { StreamHub } from '../streams/feeds/streamHub.ts';
import { streamClass } from '../streams/streamClass.ts';
import { viewName } from '../serve/viewSubgraph.ts';
import { subjectOf, Things } from './answerScope.ts';
import { Cdn } from './cdn.ts';
import type { Purge } from './cdnPurges.ts';
import { KeptAnswers, type KeptAnswer, type Made } from './keptAnswers.ts';
import { noteReading, type Reading } from './reading.ts';
import type { Writes } from './writes.ts';

const maxBytes = 32 * 2 ** 20;

export interface KeptOperationsParts {
  readonly channel: string;
  readonly policy: CachePolicy;
  readonly hub: StreamHub;
  /** All that the bus may carry. */
  readonly events: readonly EventDefinition[];
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
}

/** The operations of a channel whose answers are kept until an event says that they may have changed. */
export class KeptOperations {
  readonly #parts: KeptOperationsParts;
  readonly #answers = new KeptAnswers(maxBytes);
  readonly #unhook: (() => void)[] = [];
  readonly #cdn: Cdn | undefined;

  private constructor(parts: KeptOperationsParts) {
    this.#parts = parts;
    this.#cdn = parts.purge && new Cdn({ ...parts, purge: parts.purge });
    const { channel, metrics } = parts;
    metrics?.begin('keptPurges', { channel });
    this.#unhook.push(
      parts.hub.watch((topic, { metadata }) => {
        const subject = subjectOf(topic, metadata);
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
    await hub.listen(new Set(parts.events.map(({ topic }) => topic)));
    return new KeptOperations({ ...parts, hub, policy });
  }

  isKept = (operation: string | undefined): operation is string =>
    operation !== undefined && this.#parts.policy.operations[operation]?.keep !== undefined;

  async answer(request: KeptRequest, current: GraphGeneration): Promise<KeptAnswer | ExecutionResult> {
    const { operation, prepared, variables, caller } = request;
    const { metrics, channel, policy } = this.#parts;
    const { graph } = current;
    const keep = policy.operations[operation]!.keep!;
    const group = streamClass(caller.principal, graph.varies.of(prepared.document, graph.apiSchema));
    const { answer, outcome } = await this.#answers.answer({
      key: JSON.stringify([operation, group.key, refusalKey(caller.principal, prepared.scopeSets), variables]),
      caller: actorOf(caller.principal),
      maxAgeMs: keep.seconds * 1_000,
      make: (freshness) => this.#make(request, current, group.principal, freshness),
    });
    metrics?.count('keptAnswers', { channel, operation, outcome });
    if (outcome === 'hit' && isKeptAnswer(answer))
      metrics?.observe('keptAge', { channel }, (performance.now() - answer.at) / 1_000);
    return answer;
  }

  clear(): void {
    this.#answers.clear();
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
  async #make(
    { prepared, variables, caller: { traceparent } }: KeptRequest,
    { graph, pipeline }: GraphGeneration,
    principal: Caller['principal'],
    freshness: string,
  ): Promise<Made> {
    const asked = new Set<string>();
    let isAnything = false;
    const things = new Things(graph.apiSchema);
    const reading: Reading = {
      freshness,
      // What a view depends on are the domains that it asks itself.
      asks: (subgraph) => void (subgraph !== viewName && asked.add(subgraph)),
      ran: (document, data) => things.add(document, data),
      asksAnything: () => (isAnything = true),
    };
    const caller = this.#parts.callerOf(principal, traceparent);
    const result = await noteReading(reading, () => pipeline.run(prepared, variables, caller));
    things.add(prepared, result.data);
    const given = new Set([...Object.values(variables), ...bindingsOf(principal).map(([, value]) => value)]);
    return { result, scope: { domains: isAnything ? undefined : asked, named: things.named(given) } };
  }
}

export const isKeptAnswer = (answer: KeptAnswer | ExecutionResult): answer is KeptAnswer => 'bytes' in answer;
