import { existsSync, readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, execute, parse, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { refuseUnstorable } from '#platform/subgraph/refuseUnstorable.ts';
import { baseSdl } from '#platform/subgraph/sdl.ts';
import type { SubgraphCall } from '#platform/subgraph/execution.ts';
import { currentTrace } from '#platform/telemetry/trace.ts';
import type { ChannelManifest, ViewContext } from '../channelManifest.ts';
import { unexpectedError } from '../errors/publicError.ts';
import { LruCache } from '../documents/lruCache.ts';
import type { Logger } from 'pino';

/** The name of the view subgraph in composed supergraphs. */
export const viewName = 'view';

/**
 * Serves the channel's view fields as a subgraph within this process. Like every other subgraph, it learns who asks
 * from an internal token only; `contextOf` verifies that token. Undefined for a channel without a view.
 */
export async function viewSubgraph(
  manifest: ChannelManifest,
  log: Logger,
  contextOf: (authorization: string | undefined) => Promise<ViewContext | undefined>,
): Promise<SubgraphCall | undefined> {
  const file = new URL('schema.graphql', manifest.directory);
  if (!existsSync(file)) return undefined;
  const schema = refuseUnstorable(
    buildSubgraphSchema({
      typeDefs: parse(`${baseSdl}\n${readFileSync(file, 'utf8')}`),
      resolvers: ((await manifest.viewResolvers?.()) ?? {}) as Parameters<typeof buildSubgraphSchema>[0] extends {
        resolvers?: infer Resolvers;
      }
        ? Resolvers
        : never,
    }),
  );
  const documents = new LruCache<DocumentNode>(1_000_000);
  const documentOf = (query: string): DocumentNode => {
    const document = documents.get(query) ?? parse(query, { noLocation: true });
    documents.set(query, document, query.length);
    return document;
  };
  return async (request, headers) => {
    const context = await contextOf(headers.authorization);
    if (!context)
      return {
        errors: [
          new GraphQLError('Only the channel itself may call its view.', { extensions: { code: 'UNAUTHENTICATED' } }),
        ],
      };
    return masked(await run(schema, documentOf(request.query), request.variables, context), log);
  };
}

async function run(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Record<string, unknown> | null | undefined,
  contextValue: ViewContext,
): Promise<ExecutionResult> {
  return execute({ schema, document, variableValues: variables ?? {}, contextValue });
}

/**
 * Replaces errors that a view resolver did not throw on purpose by a public error, and logs each cause once: it may be
 * met at every element of a list.
 */
function masked(result: ExecutionResult, log: Logger): ExecutionResult {
  if (!result.errors) return result;
  const known = new Map<string, GraphQLError>();
  return {
    ...result,
    errors: result.errors.map((error) => {
      if (error.extensions['code'] !== undefined) return error;
      const cause = error.originalError ?? error;
      const told = known.get(cause.message) ?? unexpectedError(cause, currentTrace().traceparent, log);
      known.set(cause.message, told);
      const { message, extensions } = told;
      return new GraphQLError(message, { path: error.path, extensions });
    }),
  };
}
