import { executeQueryPlan } from '@apollo/gateway';
import type { QueryPlan } from '@apollo/query-planner';
import {
  GraphQLError,
  Kind,
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from 'graphql';
import type { SubgraphFetch, SubgraphFetchContext } from './dataSources/subgraphFetch.ts';
import type { Graph } from '../graph/graph.ts';

export interface PlanExecution {
  readonly plan: QueryPlan;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Checked against the operation's variables. */
  readonly variables: Record<string, unknown>;
  readonly context: SubgraphFetchContext;
}

/** Runs plans. The seam at which another executor takes the place of Apollo's. */
export interface Executor {
  /**
   * Never rejects for what a subgraph does: a fetch that fails is an error at its place, and the rest of the answer
   * holds.
   */
  execute(execution: PlanExecution): Promise<ExecutionResult>;
}

type ExecuteArguments = Parameters<typeof executeQueryPlan>;

/** The executor of `@apollo/gateway`, on our own way to the subgraphs. */
export function createExecutor(graph: Graph, fetchFrom: (subgraph: string) => SubgraphFetch): Executor {
  const services: ExecuteArguments[1] = Object.create(null) as ExecuteArguments[1];
  for (const name of graph.subgraphUrls.keys()) {
    const fetchOne = fetchFrom(name);
    services[name] = {
      process: async (options) => {
        const result = await fetchOne(
          {
            query: options.request.query ?? '',
            variables: options.request.variables ?? {},
            operationName: options.request.operationName ?? null,
          },
          options.context as unknown as SubgraphFetchContext,
        );
        return result as Awaited<ReturnType<ExecuteArguments[1][string]['process']>>;
      },
    };
  }
  return {
    async execute({ plan, document, operation, variables, context }) {
      const fragments = Object.fromEntries(
        document.definitions
          .filter((each): each is FragmentDefinitionNode => each.kind === Kind.FRAGMENT_DEFINITION)
          .map((each) => [each.name.value, each]),
      );
      const requestContext = { request: { variables }, metrics: {}, context } as unknown as ExecuteArguments[2];
      const result = await executeQueryPlan(
        plan,
        services,
        requestContext,
        { schema: graph.apiSchema, operation, fragments },
        graph.supergraphSchema,
        graph.plannerSchema,
      );
      return withCompletionErrors(result as ExecutionResult);
    },
  };
}

/**
 * Apollo keeps a null where the schema allows none in an extension of its own, when no subgraph said why; GraphQL has
 * it in `errors`. Nobody said why, since the domain that has the rest of the object knows none such: it does not exist,
 * or not for this caller.
 */
function withCompletionErrors({ data, errors, extensions }: ExecutionResult): ExecutionResult {
  const completion = extensions?.['valueCompletion'] as
    readonly { message: string; path?: readonly (string | number)[] }[] | undefined;
  if (!completion) return errors ? { data, errors } : { data };
  return {
    data,
    errors: completion.map(
      ({ message, path }) => new GraphQLError(message, { path, extensions: { code: 'NOT_FOUND' } }),
    ),
  };
}
