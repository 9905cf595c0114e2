import { GraphQLError, Kind, OperationTypeNode, executeSync, isNonNullType } from 'graphql';
import type { Logger } from 'pino';
import { traceIdOf } from '#platform/telemetry/trace.ts';
import type { ErrorCode } from '#schema/errorCodes.ts';
import { withDoubles } from '../../documents/exactNumber.ts';
import { LruCache } from '../../documents/lruCache.ts';
import type { Graph } from '../../graph/graph.ts';
import type { SubgraphFetch } from '../dataSources/subgraphFetch.ts';
import { fastPlan, type FastPlan } from './fast/fastPlan.ts';
import { FastRun, type SentGroup } from './fast/fastRun.ts';
import { Surprise } from './fast/jsonBytes.ts';
import { SharedCodes } from './fast/generateCode.ts';
import { NotCovered } from './fast/openTree.ts';
import { recordedAnswer } from './fast/recordedAnswers.ts';
import type { Engine, EngineAnswer, OperationPlan, PlanExecution } from '../engine.ts';
import type { PlanStep } from './planning/compiledPlan.ts';
import { Unplannable } from './planning/coverage.ts';
import {
  OperationPlanner,
  type CompiledOperation,
  type OperationSource,
  type PlannerOptions,
} from './planning/operationPlanner.ts';
import { overridesFor } from './planning/overrides.ts';
import { AnswerWriter } from './running/answerWriter.ts';
import type { JsonObject } from './running/ownValue.ts';
import { PlanRun } from './running/planRun.ts';
import { TypeTest } from './running/typeTest.ts';

/** Of one document, how many ways to run it are kept: one for each set of values of its conditions. */
const keptPerDocument = 32;

/** A plan is made into code when it is run for this time: one that comes once is not worth it. */
const codedAtRun = 3;
/**
 * A plan whose answers were this often, one after the other, not as it has them is run in the general way, but for one
 * try in so many.
 */
const surprisesAtMost = 20;
const triedAgainEvery = 50;

interface FederationPlan extends OperationPlan {
  readonly source: OperationSource;
  readonly compiled: LruCache<Runnable | Unplannable>;
}

/** An operation that is planned, with the code for it. */
interface Runnable extends CompiledOperation {
  runs: number;
  /** Since its answers were last as the plan has them. */
  surprises: number;
  fast: FastPlan | 'not covered' | undefined;
}

export interface FederationEngineOptions extends PlannerOptions {
  /** See `codedAtRun`; for tests. */
  readonly codedAtRun?: number;
}

/** The project's own engine: the planner is Apollo's, what it is asked and how its plans are run is not. */
export function createFederationEngine(
  graph: Graph,
  fetchFrom: (subgraph: string) => SubgraphFetch,
  log: Logger,
  options: FederationEngineOptions = {},
): Engine {
  return new FederationEngine(graph, fetchFrom, log, options);
}

class FederationEngine implements Engine {
  readonly #graph: Graph;
  readonly #planner: OperationPlanner;
  readonly #types: TypeTest;
  readonly #fetches: ReadonlyMap<string, SubgraphFetch>;
  readonly #log: Logger;
  readonly #codedAtRun: number;
  readonly #codes = new SharedCodes();

  constructor(
    graph: Graph,
    fetchFrom: (subgraph: string) => SubgraphFetch,
    log: Logger,
    options: FederationEngineOptions,
  ) {
    this.#codedAtRun = options.codedAtRun ?? codedAtRun;
    this.#graph = graph;
    this.#planner = new OperationPlanner(graph, options);
    this.#types = new TypeTest(graph.supergraphSchema);
    this.#fetches = new Map([...graph.subgraphUrls.keys()].map((name) => [name, fetchFrom(name)]));
    this.#log = log;
  }

  plan(document: PlanExecution['document'], operation: PlanExecution['operation']): FederationPlan {
    const plan: FederationPlan = {
      source: this.#planner.source(document, operation),
      compiled: new LruCache(keptPerDocument),
    };
    // What depends on who asks, or on variables, is planned when somebody asks.
    if (plan.source.conditions.length === 0 && this.#planner.planningGraph.overrideLabels.size === 0)
      this.#compiled(plan, {}, new Set());
    return plan;
  }

  execute(execution: PlanExecution): Promise<EngineAnswer> {
    return this.#execute(this.#runnable(execution), execution, []);
  }

  async answer(execution: PlanExecution): Promise<Buffer | EngineAnswer> {
    const runnable = this.#runnable(execution);
    const fast = runnable instanceof Unplannable ? undefined : this.#fast(runnable);
    if (!fast || runnable instanceof Unplannable) return this.#execute(runnable, execution, []);
    const { context, variables } = execution;
    const run = new FastRun({ plan: fast, fetchFrom: (name) => this.#fetches.get(name)!, context, variables });
    try {
      const answer = await run.answer();
      runnable.surprises = 0;
      return answer;
    } catch (error) {
      if (!(error instanceof Surprise)) throw error;
      runnable.surprises += 1;
      return this.#execute(runnable, execution, run.sent);
    }
  }

  #runnable({ plan, variables, callerKey }: PlanExecution): Runnable | Unplannable {
    return this.#compiled(
      plan as FederationPlan,
      variables,
      overridesFor(this.#planner.planningGraph.overrideLabels, callerKey),
    );
  }

  /** The code for a plan, if it comes often, is covered, and its answers are as they should be. */
  #fast(runnable: Runnable): FastPlan | undefined {
    runnable.runs += 1;
    if (runnable.fast === undefined && runnable.runs >= this.#codedAtRun) {
      try {
        const { interfaceObjects } = this.#planner.planningGraph;
        const plan = fastPlan(
          runnable,
          { api: this.#graph.apiSchema, whole: this.#graph.supergraphSchema, interfaceObjects },
          this.#codes,
        );
        const isOfBytes = plan.groups.every(({ subgraph }) => this.#fetches.get(subgraph)?.unread);
        runnable.fast = isOfBytes ? plan : 'not covered';
      } catch (error) {
        if (!(error instanceof NotCovered)) throw error;
        runnable.fast = 'not covered';
      }
    }
    const isTried = runnable.surprises < surprisesAtMost || runnable.runs % triedAgainEvery === 0;
    return typeof runnable.fast === 'object' && isTried ? runnable.fast : undefined;
  }

  /** @param sent what was asked already */
  async #execute(
    compiled: Runnable | Unplannable,
    { plan, variables, context, maxErrors }: PlanExecution,
    sent: readonly SentGroup[],
  ): Promise<EngineAnswer> {
    const own = plan as FederationPlan;
    if (compiled instanceof Unplannable)
      return {
        data: null,
        errors: [
          new GraphQLError(compiled.message, {
            extensions: { code: 'QUERY_PLANNING_FAILED' satisfies ErrorCode },
          }),
        ],
      };
    const run = new PlanRun({
      types: this.#types,
      fetchFrom: (name) => this.#fetches.get(name)!,
      context,
      variables,
      hasContexts: this.#planner.planningGraph.hasContexts,
      endsWithout: own.source.operation.operation === OperationTypeNode.MUTATION ? requiredOf(compiled) : nothing,
      recorded: sent.length > 0 ? (...asked) => recordedAnswer(sent, ...asked) : undefined,
    });
    if (compiled.step) await run.run(compiled.step);
    const { introspected, errors } = this.#introspect(own.source, compiled, variables);
    const writer = new AnswerWriter({
      schema: this.#graph.apiSchema,
      failures: run.failures,
      introspected,
      subgraphOf: (name) => compiled.step && subgraphOf(compiled.step, name),
      maxErrors,
    });
    const data = writer.write(run.root, compiled.rootType, compiled.shape);
    for (const { message, ...breach } of writer.breaches.values())
      this.#log.error(
        { ...breach, traceId: traceIdOf(context.traceparent) },
        `a subgraph broke its schema: ${message}`,
      );
    const all = [...errors, ...writer.errors];
    return all.length > 0 ? { data, errors: all, errorsLeftOut: writer.errorsLeftOut } : { data };
  }

  #compiled(
    { source, compiled }: FederationPlan,
    variables: Readonly<Record<string, unknown>>,
    overrides: ReadonlySet<string>,
  ): Runnable | Unplannable {
    const key = JSON.stringify([source.conditions.map((name) => variables[name] === true), [...overrides]]);
    let known = compiled.get(key);
    if (!known) {
      known = this.#compile(source, variables, overrides);
      compiled.set(key, known);
    }
    return known;
  }

  #compile(
    source: OperationSource,
    variables: Readonly<Record<string, unknown>>,
    overrides: ReadonlySet<string>,
  ): Runnable | Unplannable {
    try {
      return { ...this.#planner.compile(source, variables, overrides), runs: 0, surprises: 0, fast: undefined };
    } catch (error) {
      if (!(error instanceof Unplannable)) throw error;
      this.#log.error({ err: error, operation: source.operation.name?.value }, 'an operation cannot be planned');
      return error;
    }
  }

  /** What the operation asks of the schema itself. */
  #introspect(
    { document, operation }: OperationSource,
    { shape, rootType }: CompiledOperation,
    variables: Readonly<Record<string, unknown>>,
  ): { readonly introspected: JsonObject; readonly errors: readonly GraphQLError[] } {
    const nodes = shape.of(rootType).fields.flatMap((each) => (each.kind === 'introspection' ? each.nodes : []));
    if (nodes.length === 0) return { introspected: {}, errors: [] };
    const { data, errors } = executeSync({
      schema: this.#graph.apiSchema,
      document: {
        ...document,
        definitions: document.definitions.map((each) =>
          each === operation ? { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections: nodes } } : each,
        ),
      },
      operationName: operation.name?.value,
      variableValues: variables,
    });
    return { introspected: data ? withDoubles(data) : {}, errors: errors ?? [] };
  }
}

const nothing: ReadonlySet<string> = new Set();

/** Fields of the root without which there is no answer. */
const requiredOf = ({ shape, rootType }: CompiledOperation): ReadonlySet<string> =>
  new Set(
    shape.of(rootType).fields.flatMap((each) => (each.kind === 'value' && isNonNullType(each.type) ? [each.name] : [])),
  );

/** The subgraph that a plan asks for a field, for the log. */
function subgraphOf(step: PlanStep, name: string): string | undefined {
  switch (step.kind) {
    case 'fetch':
      return step.fields.has(name) ? step.subgraph : undefined;
    case 'at':
      return subgraphOf(step.step, name);
    default:
      for (const each of step.steps) {
        const found = subgraphOf(each, name);
        if (found !== undefined) return found;
      }
      return undefined;
  }
}
