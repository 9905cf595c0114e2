import type {
  GatewayGraphQLRequest,
  GatewayGraphQLRequestContext,
  GatewayGraphQLResponse,
} from '@apollo/server-gateway-interface';

/** What Apollo Server hands each request over as. */
export type RequestContext = GatewayGraphQLRequestContext;

/**
 * The `contextValue` of Apollo Server; of what is no client's request an empty object. Values of any kind, as
 * `@apollo/gateway` has it: a hook reads those that its server puts there.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- An interface is assignable to a record of `any` only.
export type Context = Record<string, any>;

export interface ServiceEndpoint {
  readonly name: string;
  readonly url?: string;
}

/** As `@apollo/gateway` calls a data source: a source that was written for it can be used. */
export interface DataSourceRequest {
  /** Its `http` has the headers that will be sent. */
  request: GatewayGraphQLRequest;
  /** Another text is what somebody else asks a data source for. */
  readonly kind: 'incoming operation' | 'health check' | 'loading schema' | (string & {});
  readonly context: Context;
  /** Undefined for what is no client's request. */
  readonly incomingRequestContext?: RequestContext;
}

export interface DataSource {
  process(options: DataSourceRequest): Promise<GatewayGraphQLResponse>;
}

/** The supergraph from elsewhere: `update` puts a new one in the place of the first. */
export type SupergraphSdlHook = (options: {
  /** @throws if the supergraph cannot be served: the one before goes on being served */
  readonly update: (supergraphSdl: string) => void;
  /** Asks each subgraph of a supergraph for its `__typename`. */
  readonly healthCheck: (supergraphSdl: string) => Promise<void>;
  readonly getDataSource: (endpoint: ServiceEndpoint) => DataSource;
}) => Promise<{ readonly supergraphSdl: string; readonly cleanup?: () => Promise<void> }>;

/** Each level is called with one text. */
export interface GatewayLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface EngineGatewayOptions {
  /** The SDL of a Federation 2 supergraph, or where it comes from, as `@apollo/gateway` has it. */
  readonly supergraphSdl: string | SupergraphSdlHook | { readonly initialize: SupergraphSdlHook };
  /** The way to each subgraph; by default a `RemoteDataSource` at its URL. */
  readonly buildService?: (endpoint: { readonly name: string; readonly url: string }) => DataSource;
  /** Where errors of subgraphs and of supergraphs are told; by default the console. */
  readonly logger?: GatewayLogger;
  /**
   * Who asks, for `@override` with `percent(n)`: the same text is always on the same side. By default the header
   * `authorization`; a request without it is on either side.
   */
  readonly callerKey?: (requestContext: RequestContext) => string;
  /**
   * Keeps the digits of numbers that a double cannot hold. Apollo Server then needs this package's `stringifyResult`,
   * as its option of the same name.
   */
  readonly exactNumbers?: boolean;
  /** How many errors of one answer are told (1000). */
  readonly maxErrors?: number;
}
