import { createRequire } from 'node:module';
import { operationFromDocument } from '@apollo/federation-internals';
import type { executeQueryPlan } from '@apollo/gateway';
import { QueryPlanner, type QueryPlan } from '@apollo/query-planner';
import { GraphQLError, Kind, type ExecutionResult, type FragmentDefinitionNode } from 'graphql';
import { askedSubgraph } from '../errors/askedSubgraph.ts';
import type { SubgraphFetch, SubgraphFetchContext } from './dataSources/subgraphFetch.ts';
import type { Engine } from './engine.ts';
import type { Graph } from '../graph/graph.ts';

type ExecuteArguments = Parameters<typeof executeQueryPlan>;

/** Some 350 modules, which a process loads only if it runs this engine. */
const apolloGateway = (): { readonly executeQueryPlan: typeof executeQueryPlan } =>
  createRequire(import.meta.url)('@apollo/gateway') as { readonly executeQueryPlan: typeof executeQueryPlan };

/** The executor of `@apollo/gateway`, on our own way to the subgraphs. */
export function createApolloEngine(graph: Graph, fetchFrom: (subgraph: string) => SubgraphFetch): Engine {
  const { executeQueryPlan } = apolloGateway();
  const planner = new QueryPlanner(graph.supergraph);
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
    plan: (document, { name }) =>
      planner.buildQueryPlan(
        operationFromDocument(graph.plannerSchema, document, {
          validate: false,
          ...(name ? { operationName: name.value } : {}),
        }),
      ),
    async execute({ plan, document, operation, variables, context }) {
      const fragments = Object.fromEntries(
        document.definitions
          .filter((each): each is FragmentDefinitionNode => each.kind === Kind.FRAGMENT_DEFINITION)
          .map((each) => [each.name.value, each]),
      );
      const requestContext = { request: { variables }, metrics: {}, context } as unknown as ExecuteArguments[2];
      const result = await executeQueryPlan(
        plan as QueryPlan,
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
  if (!completion) return errors ? { data, errors: errors.map(withAskedSubgraph) } : { data };
  return {
    data,
    errors: completion.map(
      ({ message, path }) => new GraphQLError(message, { path, extensions: { code: 'NOT_FOUND' } }),
    ),
  };
}

/** Apollo writes the subgraph's name among what the subgraph says of its error. */
function withAskedSubgraph(error: GraphQLError): GraphQLError {
  const { serviceName, ...extensions } = error.extensions;
  return new GraphQLError(error.message, {
    path: error.path,
    originalError: error.originalError,
    extensions: { ...extensions, ...{ [askedSubgraph]: serviceName } },
  });
}
