import { HeaderMap, type BaseContext, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import { GraphQLError, type ExecutionResult } from 'graphql';
import { InvalidToken, type Identity } from '#platform/identity/identity.ts';
import { partiesOf, type Principal } from '#platform/identity/principal.ts';
import { runWithTrace, traceOfRequest } from '#platform/telemetry/trace.ts';
import { createApolloServer, type ApolloServerParts } from './createApolloServer.ts';
import { maskedError } from './formatErrors.ts';

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
  const server = createApolloServer(options);
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

  async function run(
    { query, variables, operationName }: SubgraphRequest,
    principal: Principal,
  ): Promise<ExecutionResult> {
    try {
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
