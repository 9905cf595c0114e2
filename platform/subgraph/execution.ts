import { GraphQLError, execute, parse, validate, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { errorCodes } from '#platform/events/databaseFailure.ts';
import { InvalidToken, type Identity } from '#platform/identity/identity.ts';
import { actorOf, type Principal } from '#platform/identity/principal.ts';
import { BoundedCache } from '#platform/identity/boundedCache.ts';
import { currentTrace, runWithTrace, traceIdOf, traceOfRequest } from '#platform/telemetry/trace.ts';

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

/** One request to one subgraph, within the process or over HTTP. Never rejects for what went wrong inside: that stands in `errors`. */
export type SubgraphCall = (request: SubgraphRequest, headers: SubgraphHeaders) => Promise<ExecutionResult>;

const failure = (code: string, message: string): ExecutionResult => ({ errors: [new GraphQLError(message, { extensions: { code } })] });

/** SQLSTATEs of PostgreSQL for a text with a zero byte, as text and as JSON. */
const unstorable = ['22021', '22P05'];

/** Errors that carry a code were meant to be seen; the rest is logged once, here, and masked. */
function mask(error: GraphQLError, log: Logger): GraphQLError {
  const original = error.originalError ?? error;
  if (typeof error.extensions['code'] === 'string' || original === error) return error;
  const found = errorCodes(original);
  if (unstorable.some((code) => found.has(code))) return new GraphQLError('A text holds U+0000, which cannot be stored: leave it out.', { nodes: error.nodes, path: error.path, extensions: { code: 'BAD_USER_INPUT' } });
  const traceId = traceIdOf(currentTrace().traceparent);
  log.error({ err: original, path: error.path?.join('.') }, 'a resolver failed');
  return new GraphQLError(`Something went wrong on our side. Quote ${traceId}.`, {
    nodes: error.nodes, path: error.path, extensions: { code: 'INTERNAL_SERVER_ERROR', traceId },
  });
}

/** The executor of a subgraph. Nobody is answered without an internal token for it: neither `_entities` nor `_service`. */
export function createExecution(options: {
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly identity: Identity;
  readonly contextFor: (principal: Principal) => unknown;
  readonly log: Logger;
}): SubgraphCall {
  const documents = new BoundedCache<DocumentNode>(2_000);

  function documentOf(query: string): DocumentNode | ExecutionResult {
    const known = documents.get(query, 0);
    if (known) return known;
    let document: DocumentNode;
    try {
      document = parse(query, { noLocation: true });
    } catch (error) {
      return failure('GRAPHQL_PARSE_FAILED', (error as Error).message);
    }
    const errors = validate(options.schema, document);
    if (errors.length > 0) {
      return { errors: errors.map((error) => new GraphQLError(error.message, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } })) };
    }
    documents.set(query, document, Number.POSITIVE_INFINITY);
    return document;
  }

  async function principalOf(authorization: string | undefined): Promise<Principal | undefined> {
    const [scheme, token] = (authorization ?? '').split(' ');
    if (scheme !== 'Bearer' || !token) return undefined;
    try {
      return await options.identity.verifyInternalToken(token, options.name);
    } catch (error) {
      if (error instanceof InvalidToken) return undefined;
      throw error;
    }
  }

  return async (request, headers) => {
    const principal = await principalOf(headers.authorization);
    if (!principal) return failure('UNAUTHENTICATED', 'A subgraph answers the gateway only.');
    const document = documentOf(request.query);
    if (!('kind' in document)) return document;
    return runWithTrace(traceOfRequest(headers.traceparent, actorOf(principal)), async () => {
      const result = await execute({
        schema: options.schema, document, contextValue: options.contextFor(principal),
        variableValues: request.variables, operationName: request.operationName,
      });
      return result.errors ? { ...result, errors: result.errors.map((error) => mask(error, options.log)) } : result;
    });
  };
}
