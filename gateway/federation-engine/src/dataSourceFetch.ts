import { GraphQLError, type ExecutionResult } from 'graphql';
import { withDoubles } from '../../src/documents/exactNumber.ts';
import { graphqlAnswer, placesOf } from '../../src/execution/dataSources/graphqlAnswer.ts';
import type { SubgraphRequest } from '../../../platform/subgraph/execution.ts';
import type {
  AnswerInspection,
  FetchedAnswer,
  SubgraphFetch,
  SubgraphFetchContext,
  UnreadAnswer,
  WrittenRequest,
} from '../../src/execution/dataSources/subgraphFetch.ts';
import type { DataSource, GatewayLogger, RequestContext } from './gatewayOptions.ts';
import { RemoteDataSource } from './remoteDataSource.ts';

/** The context of the fetches of one request. */
export interface GatewayFetchContext extends SubgraphFetchContext {
  readonly requestContext: RequestContext;
}

/**
 * A data source as the engine asks it: what goes wrong is in the answer, at each place that was asked for. Answers that
 * nobody else looks at are taken as bytes.
 */
export function dataSourceFetch(name: string, source: DataSource, log: GatewayLogger): SubgraphFetch {
  const way = new DataSourceWay(name, source, log);
  const fetch: SubgraphFetch = (request, context, inspect) => way.values(request, context, inspect);
  return source instanceof RemoteDataSource && source.givesBytes
    ? Object.assign(fetch, {
        unread: (request: WrittenRequest, context: SubgraphFetchContext) => way.bytes(source, request, context),
      })
    : fetch;
}

class DataSourceWay {
  readonly #name: string;
  readonly #source: DataSource;
  readonly #log: GatewayLogger;

  constructor(name: string, source: DataSource, log: GatewayLogger) {
    this.#name = name;
    this.#source = source;
    this.#log = log;
  }

  async values(
    { query, variables, operationName }: SubgraphRequest,
    context: SubgraphFetchContext,
    inspect?: AnswerInspection,
  ): Promise<ExecutionResult> {
    const { requestContext } = context as GatewayFetchContext;
    const source = this.#source;
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
      return this.#failed(query, error);
    }
  }

  async bytes(
    source: RemoteDataSource,
    { query, body }: WrittenRequest,
    context: SubgraphFetchContext,
  ): Promise<FetchedAnswer> {
    const { requestContext } = context as GatewayFetchContext;
    try {
      const { bytes, read } = await source.ask(body, {
        kind: 'incoming operation',
        context: requestContext.context,
        incomingRequestContext: requestContext,
      });
      return new UnreadBytes(bytes, (inspect) => {
        try {
          const { data, errors } = read();
          const answer = graphqlAnswer({ data, ...(errors ? { errors } : {}) });
          inspect?.(answer);
          return answer;
        } catch (error) {
          return this.#failed(query, error);
        }
      });
    } catch (error) {
      return { kind: 'read', result: this.#failed(query, error) };
    }
  }

  #failed(query: string, error: unknown): ExecutionResult {
    this.#log.warn(`The subgraph ${this.#name} did not answer: ${(error as Error).message}`);
    const told = error instanceof GraphQLError ? error : notAvailable(this.#name);
    return { errors: placesOf(query).map((path) => copyAt(told, path)) };
  }
}

class UnreadBytes implements UnreadAnswer {
  readonly kind = 'unread';
  readonly bytes: Buffer;
  readonly read: UnreadAnswer['read'];

  constructor(bytes: Buffer, read: UnreadAnswer['read']) {
    this.bytes = bytes;
    this.read = read;
  }

  taken(): void {
    // Nobody counts fetches here.
  }
}

const notAvailable = (name: string): GraphQLError =>
  new GraphQLError(`The part of the graph that ${name} answers is not available.`, {
    extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
  });

const copyAt = ({ message, extensions }: GraphQLError, path: readonly string[]): GraphQLError =>
  new GraphQLError(message, { path, extensions });
