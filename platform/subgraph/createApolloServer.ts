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
 * The size limit of the cache of validated documents, measured as JSON; in memory they take two and a half times as
 * much. About a thousand documents of the channels fit.
 */
export const documentStoreBytes = 4 * 1024 * 1024;

/** Makes the cache of validated documents (least recently used). A document larger than the limit is not kept. */
export const createDocumentStore = () => new InMemoryLRUCache<DocumentNode>({ maxSize: documentStoreBytes });

export interface ApolloServerParts {
  readonly schema: GraphQLSchema;
  readonly log: Logger;
  readonly plugins?: readonly ApolloServerPlugin<never>[];
  /** `production`, which is the default, hides the schema: no introspection, and no suggestions in messages. */
  readonly profile?: 'development' | 'production';
}

/**
 * Makes an Apollo Server with only what a subgraph needs: its one client is the gateway, which sends a token and one
 * operation per request. Nothing is reported to Apollo.
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
