import { ApolloServer, type ApolloServerPlugin, type BaseContext } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { InMemoryLRUCache } from '@apollo/utils.keyvaluecache';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { formatErrors } from './formatErrors.ts';

/**
 * Of the validated documents that a subgraph keeps, as JSON; in memory they take two and a half times as much. A
 * thousand of the channels' have room.
 */
export const documentStoreBytes = 4 * 1024 * 1024;

/** Forgets what was not asked for longest when it is full. A document that is larger than all of it is not kept. */
export const createDocumentStore = () => new InMemoryLRUCache<DocumentNode>({ maxSize: documentStoreBytes });

export interface ApolloServerParts {
  readonly schema: GraphQLSchema;
  readonly log: Logger;
  readonly plugins?: readonly ApolloServerPlugin<never>[];
  /** `production`, which is the default, hides the schema: no introspection, and no suggestions in messages. */
  readonly profile?: 'development' | 'production';
}

/**
 * Apollo Server with what a subgraph needs and nothing else: nobody but the gateway asks, with a token, one operation
 * at a time, and nobody reports to Apollo.
 */
export function createApolloServer({
  schema,
  log,
  plugins = [],
  profile = 'production',
}: ApolloServerParts): ApolloServer {
  const development = profile === 'development';
  return new ApolloServer({
    schema,
    logger: log,
    formatError: formatErrors(log),
    documentStore: createDocumentStore(),
    parseOptions: { noLocation: true },
    introspection: development,
    hideSchemaDetailsFromClientErrors: !development,
    includeStacktraceInErrorResponses: false,
    stringifyResult: (result) => JSON.stringify(result),
    // Whoever asks has a token that no browser sends by itself.
    csrfPrevention: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    // The process decides when it ends.
    stopOnTerminationSignals: false,
    // Nothing is to depend on NODE_ENV or on APOLLO_KEY.
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
