import { GraphQLError, Kind, executeSync } from 'graphql';
import type { Logger } from 'pino';
import { withDoubles } from '../../documents/exactNumber.ts';
import { LruCache } from '../../documents/lruCache.ts';
import type { Graph } from '../../graph/graph.ts';
import type { SubgraphFetch } from '../dataSources/subgraphFetch.ts';
import type { Engine, EngineAnswer, OperationPlan, PlanExecution } from '../engine.ts';
import type { PlanStep } from './planning/compiledPlan.ts';
import { Unplannable } from './planning/coverage.ts';
import { OperationPlanner, type CompiledOperation, type OperationSource } from './planning/operationPlanner.ts';
import { overridesFor } from './planning/overrides.ts';
import { AnswerWriter } from './running/answerWriter.ts';
import type { JsonObject } from './running/ownValue.ts';
import { PlanRun } from './running/planRun.ts';
import { TypeTest } from './running/typeTest.ts';

/** Of one document, how many ways to run it are kept: one for each set of values of its conditions. */
const keptPerDocument = 32;

interface FederationPlan extends OperationPlan {
  readonly source: OperationSource;
  readonly compiled: LruCache<CompiledOperation | Unplannable>;
}

/** The project's own engine: the planner is Apollo's, what it is asked and how its plans are run is not. */
export function createFederationEngine(
  graph: Graph,
  fetchFrom: (subgraph: string) => SubgraphFetch,
  log: Logger,
): Engine {
  return new FederationEngine(graph, fetchFrom, log);
}

class FederationEngine implements Engine {
  readonly #graph: Graph;
  readonly #planner: OperationPlanner;
  readonly #types: TypeTest;
  readonly #fetches: ReadonlyMap<string, SubgraphFetch>;
  readonly #log: Logger;

  constructor(graph: Graph, fetchFrom: (subgraph: string) => SubgraphFetch, log: Logger) {
    this.#graph = graph;
    this.#planner = new OperationPlanner(graph);
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

  async execute({ plan, variables, context, callerKey, maxErrors }: PlanExecution): Promise<EngineAnswer> {
    const own = plan as FederationPlan;
    const graph = this.#planner.planningGraph;
    const compiled = this.#compiled(own, variables, overridesFor(graph.overrideLabels, callerKey));
    if (compiled instanceof Unplannable)
      return {
        data: null,
        errors: [new GraphQLError(compiled.message, { extensions: { code: 'INTERNAL_SERVER_ERROR' } })],
      };
    const run = new PlanRun({
      types: this.#types,
      fetchFrom: (name) => this.#fetches.get(name)!,
      context,
      variables,
      hasContexts: graph.hasContexts,
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
      this.#log.error(breach, `a subgraph broke its schema: ${message}`);
    const all = [...errors, ...writer.errors];
    return all.length > 0 ? { data, errors: all, errorsLeftOut: writer.errorsLeftOut } : { data };
  }

  #compiled(
    { source, compiled }: FederationPlan,
    variables: Readonly<Record<string, unknown>>,
    overrides: ReadonlySet<string>,
  ): CompiledOperation | Unplannable {
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
  ): CompiledOperation | Unplannable {
    try {
      return this.#planner.compile(source, variables, overrides);
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
