import { ApolloServer, type ApolloServerPlugin, type BaseContext } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { ValidatedDocuments } from './validatedDocuments.ts';

export interface ApolloServerParts {
  readonly schema: GraphQLSchema;
  readonly log: Logger;
  readonly plugins?: readonly ApolloServerPlugin<never>[];
  /** `production`, which is the default, hides the schema: no introspection, and no suggestions in messages. */
  readonly profile?: 'development' | 'production';
}

/** What Apollo Server shares with those who answer beside it. */
export interface SharedParts {
  readonly documents: ValidatedDocuments;
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
}

/**
 * Makes an Apollo Server with only what a subgraph needs: its one client is the gateway, which sends a token and one
 * operation per request. Nothing is reported to Apollo.
 */
export function createApolloServer(
  { schema, log, plugins = [], profile = 'production' }: ApolloServerParts,
  { documents, formatError }: SharedParts,
): ApolloServer {
  const development = profile === 'development';
  return new ApolloServer({
    schema,
    logger: log,
    formatError,
    documentStore: documents,
    parseOptions: { noLocation: true },
    introspection: development,
    hideSchemaDetailsFromClientErrors: !development,
    includeStacktraceInErrorResponses: false,
    stringifyResult: (result) => JSON.stringify(result),
    // Requests carry a token that no browser sends by itself, so cross-site request forgery is not possible.
    csrfPrevention: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    // The process itself stops the server when it ends.
    stopOnTerminationSignals: false,
    // Set here, so that nothing depends on the environment variables NODE_ENV and APOLLO_KEY.
    nodeEnv: 'production',
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ...(plugins as readonly ApolloServerPlugin<BaseContext>[]),
    ],
  });
}
