import type { ExecutionResult } from 'graphql';
import { StartupError } from '#platform/config/startupError.ts';
import { principalKey } from '#platform/identity/identity.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import type { CachePolicy } from '../channelManifest.ts';
import { refusalKey } from '../documents/authorization.ts';
import type { PreparedDocument } from '../documents/documents.ts';
import type { GraphGeneration } from '../execution/liveGraph.ts';
import type { Caller } from '../execution/pipeline.ts';
import type { StreamHub } from '../streams/feeds/streamHub.ts';
import { streamClass } from '../streams/streamClass.ts';
import { viewName } from '../serve/viewSubgraph.ts';
import { namedThings, subjectOf } from './answerScope.ts';
import { KeptAnswers, type KeptAnswer, type Made } from './keptAnswers.ts';

const maxBytes = 32 * 2 ** 20;

export interface KeptOperationsParts {
  readonly channel: string;
  readonly policy: CachePolicy;
  readonly hub: StreamHub;
  /** All of the event bus. */
  readonly topics: Iterable<string>;
  readonly callerOf: (principal: Caller['principal'], traceparent: string) => Caller;
  readonly metrics: Metrics | undefined;
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

  private constructor(parts: KeptOperationsParts) {
    this.#parts = parts;
    const { channel, metrics } = parts;
    metrics?.begin('keptPurges', { channel });
    this.#unhook.push(
      parts.hub.watch((topic, { metadata }) => {
        const gone = this.#answers.hear(subjectOf(topic, metadata));
        if (gone > 0) metrics?.count('keptPurges', { channel }, gone);
      }),
      metrics?.onScrape(`kept answers of ${channel}`, (report) =>
        report('keptBytes', { channel }, this.#answers.bytes),
      ) ?? (() => undefined),
    );
  }

  /**
   * Resolves when every event is heard. Undefined where nothing is kept: the policy names nothing, or there is no bus.
   * @throws StartupError for an operation whose answer depends on more of its caller than the policy says
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
    const kept = Object.entries(policy?.operations ?? {}).flatMap(([name, { keep }]) =>
      keep ? [[name, keep] as const] : [],
    );
    if (!hub || !policy || kept.length === 0) return undefined;
    for (const [name, keep] of kept) {
      const document = prepared.get(name)?.document;
      if (!document)
        throw new StartupError(`${parts.channel}: there is no operation ${name}, whose answers are to be kept.`);
      const varies = current.graph.varies.of(document, current.graph.apiSchema);
      const allowed = { public: [], store: ['store'], caller: undefined }[keep];
      if (allowed && (!varies || varies.some((each) => !allowed.some((one) => one === each))))
        throw new StartupError(
          `${parts.channel}: the answer of ${name} is to be kept for "${keep}", but ${varies ? `varies by ${varies.join(', ')}` : 'something in it does not say by what of the caller it varies'}.`,
        );
    }
    await hub.listen(parts.topics);
    return new KeptOperations({ ...parts, hub, policy });
  }

  isKept = (operation: string | undefined): operation is string =>
    operation !== undefined && this.#parts.policy.operations[operation]?.keep !== undefined;

  async answer(request: KeptRequest, current: GraphGeneration): Promise<KeptAnswer | ExecutionResult> {
    const { operation, prepared, variables, caller } = request;
    const { metrics, channel, policy } = this.#parts;
    const { graph } = current;
    const rule = policy.operations[operation]!;
    const group = streamClass(caller.principal, graph.varies.of(prepared.document, graph.apiSchema));
    const { answer, outcome } = await this.#answers.answer({
      key: JSON.stringify([operation, group.key, refusalKey(caller.principal, prepared.scopeSets), variables]),
      caller: principalKey(caller.principal),
      maxAgeMs: rule.maxAgeSeconds * 1_000,
      make: (freshness) => this.#make(request, current, group.principal, freshness),
    });
    metrics?.count('keptAnswers', { channel, operation, outcome });
    if (outcome === 'hit' && isKeptAnswer(answer))
      metrics?.observe('keptAge', { channel }, (performance.now() - answer.at) / 1_000);
    return answer;
  }

  /** To be called when a mutation has ended. */
  wrote({ principal }: Caller): void {
    this.#answers.wrote(principalKey(principal));
  }

  clear(): void {
    this.#answers.clear();
  }

  close(): void {
    for (const each of this.#unhook) each();
  }

  /** Runs the operation for all who get the same answer: what only one of them has is not there. */
  async #make(
    { prepared, variables, caller: { traceparent } }: KeptRequest,
    { graph, pipeline }: GraphGeneration,
    principal: Caller['principal'],
    freshness: string,
  ): Promise<Made> {
    const asked = new Set<string>();
    const own = this.#parts.callerOf(principal, traceparent);
    const noting: Caller = {
      ...own,
      authorizationFor: (subgraph) => {
        asked.add(subgraph);
        return own.authorizationFor(subgraph);
      },
    };
    const result = await pipeline.run(prepared, variables, noting, { freshness });
    return {
      result,
      scope: {
        // A view asks others, which are not noted.
        domains: asked.has(viewName) ? undefined : asked,
        named: namedThings(prepared, graph.apiSchema, variables, result.data),
      },
    };
  }
}

export const isKeptAnswer = (answer: KeptAnswer | ExecutionResult): answer is KeptAnswer => 'bytes' in answer;

/** The value of `Surrogate-Key`: the domains that an answer is of, and the things that it is about. */
export const surrogateKeys = ({ scope }: KeptAnswer): string =>
  [
    ...(scope.domains ?? ['all']),
    ...[...scope.named].flatMap(([kind, keys]) => [...keys].map((key) => `${kind}:${key}`)),
  ].join(' ');
