import { GraphQLError, type ExecutionResult } from 'graphql';
import { withDoubles } from '../../src/documents/exactNumber.ts';
import { graphqlAnswer, placesOf } from '../../src/execution/dataSources/graphqlAnswer.ts';
import type { SubgraphFetch, SubgraphFetchContext } from '../../src/execution/dataSources/subgraphFetch.ts';
import type { DataSource, GatewayLogger, RequestContext } from './gatewayOptions.ts';
import { RemoteDataSource } from './remoteDataSource.ts';

/** The context of the fetches of one request. */
export interface GatewayFetchContext extends SubgraphFetchContext {
  readonly requestContext: RequestContext;
}

/** A data source as the engine asks it: what goes wrong is in the answer, at each place that was asked for. */
export const dataSourceFetch =
  (name: string, source: DataSource, log: GatewayLogger): SubgraphFetch =>
  async ({ query, variables, operationName }, context, inspect) => {
    const { requestContext } = context as GatewayFetchContext;
    try {
      const response = await source.process({
        kind: 'incoming operation',
        request: {
          query,
          // Another source writes JSON of its own.
          variables: source instanceof RemoteDataSource ? (variables ?? {}) : withDoubles(variables ?? {}),
          ...(operationName ? { operationName } : {}),
        },
        context: requestContext.context,
        incomingRequestContext: requestContext,
      });
      const { data, errors } = response;
      const answer = graphqlAnswer({ data, ...(errors ? { errors } : {}) });
      inspect?.(answer);
      return answer;
    } catch (error) {
      log.warn(`The subgraph ${name} did not answer: ${(error as Error).message}`);
      const told = error instanceof GraphQLError ? error : notAvailable(name);
      return { errors: placesOf(query).map((path) => copyAt(told, path)) } satisfies ExecutionResult;
    }
  };

const notAvailable = (name: string): GraphQLError =>
  new GraphQLError(`The part of the graph that ${name} answers is not available.`, {
    extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
  });

const copyAt = ({ message, extensions }: GraphQLError, path: readonly string[]): GraphQLError =>
  new GraphQLError(message, { path, extensions });
