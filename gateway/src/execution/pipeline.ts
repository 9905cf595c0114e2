import { setMaxListeners } from 'node:events';
import { GraphQLError, type ExecutionResult } from 'graphql';
import { callerKeyOf, partiesOf, type Principal } from '#platform/identity/principal.ts';
import { runWithTrace, traceIdOf } from '#platform/telemetry/trace.ts';
import { refuse } from '../documents/authorization.ts';
import { checkCost } from '../documents/cost.ts';
import type { Documents, PlannedVariant, PreparedDocument } from '../documents/documents.ts';
import type { Limits } from '../documents/limits.ts';
import { coerceVariables } from '../documents/variableNumbers.ts';
import { publicErrors, type ErrorPolicy } from '../errors/publicError.ts';
import type { Engine, EngineAnswer, PlanExecution } from './engine.ts';
import type { Graph } from '../graph/graph.ts';
import { Refusal } from '../errors/refusal.ts';
import { currentReading } from '../kept/reading.ts';

/** Who asks, on whose behalf the subgraphs are called. */
export interface Caller {
  readonly principal: Principal;
  /** W3C trace context of the request. */
  readonly traceparent: string;
  /** Authorization header for a subgraph. */
  authorizationFor(subgraph: string): Promise<string | undefined>;
}

export interface RunOptions {
  /** See `SubgraphFetchContext.freshness`. */
  readonly freshness?: string;
  /** See `SubgraphFetchContext.gone`. */
  readonly gone?: AbortSignal;
}

export interface PipelineOptions extends ErrorPolicy {
  readonly discreet: boolean;
  /**
   * Nothing in this process does anything for a request but ask subgraphs, which are told of its trace. Otherwise the
   * trace is kept for whatever works on it, which makes every promise of the process dearer.
   */
  readonly worksElsewhere?: boolean;
  readonly limits: Pick<Limits, 'cost' | 'deadlineMs' | 'errors'>;
  /** Hears of each mutation when it has ended, whatever became of it, before its caller does. */
  readonly wrote?: (principal: Principal) => void;
}

/** The way of a document that may run: variables → plan → subgraphs → refusals → errors a client may see. */
export class Pipeline {
  readonly #graph: Graph;
  readonly #documents: Documents;
  readonly #engine: Engine;
  readonly #options: PipelineOptions;

  constructor(graph: Graph, documents: Documents, engine: Engine, options: PipelineOptions) {
    this.#graph = graph;
    this.#documents = documents;
    this.#engine = engine;
    this.#options = options;
  }

  /**
   * The variables as the operation declares them, defaults filled in. @throws Refusal for wrong ones, and for an
   * operation that costs too much with them
   */
  coerce(prepared: PreparedDocument, variables: Record<string, unknown>): Record<string, unknown> {
    const coerced = this.#coerce(prepared, variables);
    checkCost(prepared.cost.of(coerced), this.#options.limits.cost);
    return coerced;
  }

  #coerce(prepared: PreparedDocument, variables: Record<string, unknown>): Record<string, unknown> {
    const definitions = prepared.operation.variableDefinitions ?? [];
    if (definitions.length === 0) return {};
    const { apiSchema } = this.#graph;
    const { coerced, errors } = coerceVariables(apiSchema, definitions, variables, {
      maxErrors: 10,
      hideSuggestions: this.#options.discreet,
    });
    if (errors)
      throw new Refusal(
        'document',
        errors.map(
          (error) => new GraphQLError(error.message, { nodes: error.nodes, extensions: { code: 'BAD_USER_INPUT' } }),
        ),
      );
    const wrong = Object.keys(coerced).find((name) => coerced[name] === null && prepared.neverNull.has(name));
    if (wrong !== undefined)
      throw Refusal.of(
        'document',
        'BAD_USER_INPUT',
        `The variable "$${wrong}" decides what is asked for: it cannot be null.`,
      );
    return coerced;
  }

  /** Runs a query or a mutation; `variables` come from `coerce`. Errors are fit for clients. */
  async run(
    prepared: PreparedDocument,
    variables: Record<string, unknown>,
    caller: Caller,
    options: RunOptions = {},
  ): Promise<ExecutionResult> {
    const variant = this.#documents.variantFor(prepared, caller.principal);
    const answer = await this.#told(prepared, caller, () =>
      this.#engine.execute(this.#execution(variant, variables, caller, options)),
    );
    return this.#public(prepared, variant, variables, caller, answer);
  }

  /** The same; an answer without errors may come as the bytes of its JSON. */
  async answer(
    prepared: PreparedDocument,
    variables: Record<string, unknown>,
    caller: Caller,
    options: RunOptions = {},
  ): Promise<Buffer | ExecutionResult> {
    const variant = this.#documents.variantFor(prepared, caller.principal);
    // What is refused is decided by the objects of an answer.
    if (!variant.whole || !this.#engine.answer) return this.run(prepared, variables, caller, options);
    const answer = await this.#told(prepared, caller, () =>
      this.#engine.answer!(this.#execution(variant, variables, caller, options)),
    );
    return Buffer.isBuffer(answer) ? answer : this.#public(prepared, variant, variables, caller, answer);
  }

  async #told<T>({ operation }: PreparedDocument, caller: Caller, work: () => Promise<T>): Promise<T> {
    try {
      return await this.#traced(caller, work);
    } finally {
      if (operation.operation === 'mutation') this.#options.wrote?.(caller.principal);
    }
  }

  #traced<T>({ principal, traceparent }: Caller, work: () => Promise<T>): Promise<T> {
    if (this.#options.worksElsewhere) return work();
    const traceId = traceIdOf(traceparent);
    const trace = { traceparent, correlationId: traceId, causationId: traceId, ...partiesOf(principal) };
    return runWithTrace(trace, work);
  }

  #execution(
    { plan, document, operation }: PlannedVariant,
    variables: Record<string, unknown>,
    caller: Caller,
    options: RunOptions,
  ): PlanExecution {
    const { principal, traceparent } = caller;
    const reading = currentReading();
    // Each fetch of the operation listens.
    if (options.gone) setMaxListeners(0, options.gone);
    return {
      plan,
      document,
      operation,
      variables,
      maxErrors: this.#options.limits.errors,
      callerKey: principal.kind === 'anonymous' ? traceIdOf(traceparent) : callerKeyOf(principal),
      context: {
        authorizationFor: (subgraph) => {
          reading?.asks(subgraph);
          return caller.authorizationFor(subgraph);
        },
        traceparent,
        freshness: options.freshness ?? reading?.freshness ?? '',
        deadline: Date.now() + this.#options.limits.deadlineMs,
        gone: options.gone,
      },
    };
  }

  #public(
    prepared: PreparedDocument,
    variant: PlannedVariant,
    variables: Record<string, unknown>,
    { principal, traceparent }: Caller,
    answer: EngineAnswer,
  ): ExecutionResult {
    const { limits } = this.#options;
    const whole = variant.whole
      ? answer
      : refuse(answer, prepared.document, prepared.operationName, variables, principal, this.#graph);
    if (!whole.errors || whole.errors.length === 0) return { data: whole.data };
    const errors = { errors: whole.errors, leftOut: answer.errorsLeftOut ?? 0, max: limits.errors };
    return { errors: publicErrors(errors, traceparent, this.#options), data: whole.data ?? null };
  }
}
