import { HeaderMap, type BaseContext, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import { GraphQLError, type ExecutionResult } from 'graphql';
import { InvalidToken, type Identity } from '#platform/identity/identity.ts';
import { actorOf, type Principal } from '#platform/identity/principal.ts';
import { runWithTrace, traceOfRequest } from '#platform/telemetry/trace.ts';
import { createApolloServer, type ApolloServerParts } from './createApolloServer.ts';
import { maskedError } from './formatErrors.ts';

export interface SubgraphRequest {
  readonly query: string;
  readonly variables?: Record<string, unknown> | null;
  readonly operationName?: string | null;
}

/** What the gateway sends along: who asks (an internal token for this subgraph), and the trace. */
export interface SubgraphHeaders {
  readonly authorization?: string | undefined;
  readonly traceparent?: string | undefined;
}

/**
 * One request to one subgraph, within the process or over HTTP. Never rejects for what went wrong inside: that stands
 * in `errors`. When `signal` fires nobody waits any more: what was not sent yet is not sent.
 */
export type SubgraphCall = (
  request: SubgraphRequest,
  headers: SubgraphHeaders,
  signal?: AbortSignal,
) => Promise<ExecutionResult>;

/** Who was let in, and their trace; made of headers alone, so that nobody else's body is read. */
export interface Admitted {
  readonly principal: Principal;
  readonly traceparent: string | undefined;
}

/** How a subgraph answers: the token and the trace are checked and set here, the rest is Apollo Server's. */
export interface SubgraphExecution {
  /** Answers within the process. */
  readonly execute: SubgraphCall;
  /** Undefined for whoever has no internal token for this subgraph: they get neither `_entities` nor `_service`. */
  admit(headers: SubgraphHeaders): Promise<Admitted | undefined>;
  /** Answers what came over HTTP from somebody who was admitted; `body` is parsed JSON. */
  answer(
    request: Omit<HTTPGraphQLRequest, 'headers'> & { readonly headers: Iterable<readonly [string, string]> },
    admitted: Admitted,
  ): Promise<HTTPGraphQLResponse>;
  /** Lets the plugins end. Answers nothing afterwards. */
  stop(): Promise<void>;
}

export interface ExecutionOptions extends ApolloServerParts {
  readonly name: string;
  readonly identity: Identity;
  readonly contextFor: (principal: Principal) => BaseContext;
}

/** Not for a client's eyes: the gateway masks it, and it counts among what went wrong there. */
export const refusal = {
  message: 'A subgraph answers the gateway only.',
  extensions: { code: 'UNAUTHENTICATED' },
} as const;

/** Starts what answers for a subgraph. */
export async function createExecution(options: ExecutionOptions): Promise<SubgraphExecution> {
  const server = createApolloServer(options);
  await server.start();

  async function admit({ authorization, traceparent }: SubgraphHeaders): Promise<Admitted | undefined> {
    const [scheme, token] = (authorization ?? '').split(' ');
    if (scheme !== 'Bearer' || !token) return undefined;
    try {
      return { principal: await options.identity.verifyInternalToken(token, options.name), traceparent };
    } catch (error) {
      if (error instanceof InvalidToken) return undefined;
      throw error;
    }
  }

  const traced = <T>({ principal, traceparent }: Admitted, work: () => Promise<T>): Promise<T> =>
    runWithTrace(traceOfRequest(traceparent, actorOf(principal)), work);

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
      // As over HTTP, errors are plain objects.
      return body.singleResult as ExecutionResult;
    } catch {
      // Apollo Server has logged it.
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
