import type { DocumentNode, ExecutionResult, OperationDefinitionNode } from 'graphql';
import type { Logger } from 'pino';
import type { Graph } from '../graph/graph.ts';
import type { SubgraphFetch, SubgraphFetchContext } from './dataSources/subgraphFetch.ts';
import { createApolloEngine } from './apolloEngine.ts';
import { createFederationEngine } from './federation/federationEngine.ts';
import type { MadePlans } from './federation/planning/madePlans.ts';

/** What an engine made of a document; it alone knows what is in it. */
export type OperationPlan = object;

export interface PlanExecution {
  readonly plan: OperationPlan;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Checked against the operation's variables. */
  readonly variables: Record<string, unknown>;
  readonly context: SubgraphFetchContext;
  /** Who asks: the same for the same caller, so that a rollout in percent is not one way now and another then. */
  readonly callerKey: string;
  /** An engine need not make more errors than this: it counts the others in `errorsLeftOut`. */
  readonly maxErrors: number;
}

export interface EngineAnswer extends ExecutionResult {
  /** How many errors there were besides those in `errors`. */
  readonly errorsLeftOut?: number;
}

/** Plans operations, and runs the plans: the seam at which one engine takes the place of another. */
export interface Engine {
  /** Takes milliseconds: whoever calls it keeps the result. The document is valid for the graph's API schema. */
  plan(document: DocumentNode, operation: OperationDefinitionNode): OperationPlan;
  /**
   * Never rejects for what a subgraph does: a fetch that fails is an error at its place, and the rest of the answer
   * holds.
   */
  execute(execution: PlanExecution): Promise<EngineAnswer>;
  /** The same; an answer without errors may come as the bytes of its JSON. */
  answer?(execution: PlanExecution): Promise<Buffer | EngineAnswer>;
}

/** `own`: this project's; `apollo`: that of `@apollo/gateway`, for comparison, and as a way back. */
export type EngineName = 'own' | 'apollo';

export const defaultEngine: EngineName = 'own';

/** @param plans for the engine that is `own` */
export function createEngine(
  name: EngineName,
  graph: Graph,
  fetchFrom: (subgraph: string) => SubgraphFetch,
  log: Logger,
  plans?: MadePlans,
): Engine {
  return name === 'own'
    ? createFederationEngine(graph, fetchFrom, log, { made: plans })
    : createApolloEngine(graph, fetchFrom);
}
