import { HeaderMap, type BaseContext, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import { execute, GraphQLError, type ExecutionResult } from 'graphql';
import { InvalidToken, type Identity } from '#platform/identity/identity.ts';
import { partiesOf, type Principal } from '#platform/identity/principal.ts';
import { runWithTrace, traceOfRequest } from '#platform/telemetry/trace.ts';
import { createApolloServer, type ApolloServerParts } from './createApolloServer.ts';
import { formatErrors, maskedError } from './formatErrors.ts';
import { ValidatedDocuments } from './validatedDocuments.ts';

export interface SubgraphRequest {
  readonly query: string;
  readonly variables?: Record<string, unknown> | null;
  readonly operationName?: string | null;
}

/** The headers that the gateway sends: an internal token for this subgraph, which says who asks, and the trace. */
export interface SubgraphHeaders {
  readonly authorization?: string | undefined;
  readonly traceparent?: string | undefined;
}

/**
 * Sends one request to one subgraph, within the process or over HTTP. What goes wrong in the subgraph is in `errors` of
 * the result; the promise does not reject for it. When `signal` fires, a request that was not sent yet is not sent.
 */
export type SubgraphCall = (
  request: SubgraphRequest,
  headers: SubgraphHeaders,
  signal?: AbortSignal,
) => Promise<ExecutionResult>;

/** A caller whose token is valid, and the trace. It comes from the headers alone: no other caller's body is read. */
export interface Admitted {
  readonly principal: Principal;
  readonly traceparent: string | undefined;
}

/** Answers requests to a subgraph: this checks the token and sets the trace; the rest is Apollo Server's. */
export interface SubgraphExecution {
  /** Answers within the process. */
  readonly execute: SubgraphCall;
  /** Checks the token; undefined if it is no internal token for this subgraph. Then nothing may be answered. */
  admit(headers: SubgraphHeaders): Promise<Admitted | undefined>;
  /** Answers an HTTP request of an admitted caller; `body` is parsed JSON. */
  answer(
    request: Omit<HTTPGraphQLRequest, 'headers'> & { readonly headers: Iterable<readonly [string, string]> },
    admitted: Admitted,
  ): Promise<HTTPGraphQLResponse>;
  /** Stops Apollo Server and its plugins. No request is answered afterwards. */
  stop(): Promise<void>;
}

export interface ExecutionOptions extends ApolloServerParts {
  readonly name: string;
  readonly identity: Identity;
  readonly contextFor: (principal: Principal) => BaseContext;
}

/** The answer to a caller without a valid token. Clients never see it: the gateway masks and logs it. */
export const refusal = {
  message: 'A subgraph answers the gateway only.',
  extensions: { code: 'UNAUTHENTICATED' },
} as const;

const refusalsToldMs = 60_000;

/** Starts the Apollo Server of a subgraph. */
export async function createExecution(options: ExecutionOptions): Promise<SubgraphExecution> {
  const documents = new ValidatedDocuments();
  const formatError = formatErrors(options.log);
  const server = createApolloServer(options, { documents, formatError });
  await server.start();

  let toldAt = Number.NEGATIVE_INFINITY;
  /** Not of each request: somebody could send them without end. */
  function tellOfRefusal({ message: reason }: InvalidToken): void {
    if (performance.now() - toldAt < refusalsToldMs) return;
    toldAt = performance.now();
    options.log.warn({ reason }, 'a request was refused by its token: see to the clock and the keys of who sent it');
  }

  async function admit({ authorization, traceparent }: SubgraphHeaders): Promise<Admitted | undefined> {
    const [scheme, token] = (authorization ?? '').split(' ');
    if (scheme !== 'Bearer' || !token) return undefined;
    try {
      return { principal: await options.identity.verifyInternalToken(token, options.name), traceparent };
    } catch (error) {
      if (!(error instanceof InvalidToken)) throw error;
      tellOfRefusal(error);
      return undefined;
    }
  }

  const traced = <T>({ principal, traceparent }: Admitted, work: () => Promise<T>): Promise<T> => {
    const { actor, onBehalfOf } = partiesOf(principal);
    return runWithTrace(traceOfRequest(traceparent, actor, onBehalfOf), work);
  };

  /**
   * Executes a document that Apollo Server has found valid before, as it would, without its pipeline of hooks.
   * @returns undefined where nothing was executed: Apollo Server then does, or tells what is wrong
   */
  async function runKnown(
    { query, variables, operationName }: SubgraphRequest,
    principal: Principal,
  ): Promise<ExecutionResult | undefined> {
    if (options.plugins?.length) return undefined;
    const document = await documents.of(query);
    if (!document) return undefined;
    const { data, errors } = await execute({
      schema: options.schema,
      document,
      operationName,
      variableValues: variables,
      contextValue: options.contextFor(principal),
    });
    if (data === undefined) return undefined;
    // The errors are plain objects, as those of Apollo Server.
    return errors ? { data, errors: errors.map((error) => formatted(error) as GraphQLError) } : { data };
  }

  const formatted = (error: GraphQLError) => {
    const { code = 'INTERNAL_SERVER_ERROR', http, ...extensions } = error.extensions;
    return formatError({ ...error.toJSON(), extensions: { ...extensions, code } }, error);
  };

  async function run(request: SubgraphRequest, principal: Principal): Promise<ExecutionResult> {
    const { query, variables, operationName } = request;
    try {
      const known = await runKnown(request, principal);
      if (known) return known;
      const { body } = await server.executeOperation(
        { query, variables: variables ?? undefined, operationName: operationName ?? undefined },
        { contextValue: options.contextFor(principal) },
      );
      if (body.kind !== 'single')
        throw new Error('incremental delivery is not used between the gateway and a subgraph');
      // The errors in it are plain objects, as they would be over HTTP.
      return body.singleResult as ExecutionResult;
    } catch {
      // Apollo Server has logged the error already.
      return { errors: [maskedError() as GraphQLError] };
    }
  }

  return {
    admit,
    async execute(request, headers) {
      const admitted = await admit(headers);
      if (!admitted) return { errors: [new GraphQLError(refusal.message, { extensions: refusal.extensions })] };
      return traced(admitted, () => run(request, admitted.principal));
    },
    answer: ({ headers, ...request }, admitted) =>
      traced(admitted, () =>
        server.executeHTTPGraphQLRequest({
          httpGraphQLRequest: { ...request, headers: new HeaderMap(headers) },
          context: () => Promise.resolve(options.contextFor(admitted.principal)),
        }),
      ),
    stop: () => server.stop(),
  };
}
