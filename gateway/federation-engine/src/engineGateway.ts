import type { GatewayInterface, GatewaySchemaLoadOrUpdateCallback } from '@apollo/server-gateway-interface';
import { parse, type GraphQLSchema } from 'graphql';
import { stringifyExactly } from '../../src/documents/exactNumber.ts';
import { subgraphUrls } from '../../src/graph/graph.ts';
import { checkOptions, checkedResult } from './checkedOptions.ts';
import type { DataSource, EngineGatewayOptions, GatewayLogger, SupergraphSdlHook } from './gatewayOptions.ts';
import { LoadedGraph } from './loadedGraph.ts';
import { RemoteDataSource } from './remoteDataSource.ts';

export { RemoteDataSource, type ReceivedResponse, type RemoteDataSourceOptions } from './remoteDataSource.ts';
export type {
  DataSource,
  DataSourceRequest,
  EngineGatewayOptions,
  GatewayLogger,
  RequestContext,
  ServiceEndpoint,
  SupergraphSdlHook,
} from './gatewayOptions.ts';

/** For Apollo Server's option of this name: numbers that a double cannot hold keep their digits. */
export const stringifyResult = (result: unknown): string => stringifyExactly(result);

/** The engine as a gateway: `new ApolloServer({ gateway: createEngineGateway({ supergraphSdl }) })`. */
export function createEngineGateway(options: EngineGatewayOptions): GatewayInterface {
  return new EngineGateway(options);
}

class EngineGateway implements GatewayInterface {
  readonly #options: EngineGatewayOptions;
  readonly #log: GatewayLogger;
  readonly #callbacks = new Set<GatewaySchemaLoadOrUpdateCallback>();
  readonly #sources = new Map<string, DataSource>();
  /** Those that this gateway made: it closes them. */
  readonly #own: RemoteDataSource[] = [];
  /** A request is answered by the graph that it was checked against. */
  readonly #bySchema = new WeakMap<GraphQLSchema, LoadedGraph>();
  #current: LoadedGraph | undefined;
  #cleanup: (() => Promise<void>) | undefined;

  constructor(options: EngineGatewayOptions) {
    const unknown = checkOptions(options);
    this.#options = options;
    this.#log = options.logger ?? console;
    if (unknown.length) this.#log.warn(`This gateway has no options ${unknown.join(', ')}: they do nothing.`);
  }

  onSchemaLoadOrUpdate(callback: GatewaySchemaLoadOrUpdateCallback): () => void {
    this.#callbacks.add(callback);
    if (this.#current) callback(schemaContext(this.#current));
    return () => this.#callbacks.delete(callback);
  }

  async load(): ReturnType<GatewayInterface['load']> {
    const { supergraphSdl: from } = this.#options;
    if (typeof from === 'string') this.#serve(from);
    else {
      const hook: SupergraphSdlHook = typeof from === 'function' ? from : (hookOptions) => from.initialize(hookOptions);
      const { supergraphSdl, cleanup } = checkedResult(
        await hook({
          update: (sdl) => this.#serve(sdl),
          healthCheck: (sdl) => this.#checkHealth(sdl),
          getDataSource: ({ name, url }) => this.#source(name, url ?? ''),
        }),
      );
      this.#cleanup = cleanup;
      this.#serve(supergraphSdl);
    }
    return {
      executor: (requestContext) => (this.#bySchema.get(requestContext.schema) ?? this.#current!).run(requestContext),
    };
  }

  async stop(): Promise<void> {
    await this.#cleanup?.();
    await Promise.all(this.#own.map((each) => each.close()));
  }

  #serve(supergraphSdl: string): void {
    if (this.#current?.supergraphSdl === supergraphSdl) return;
    const sourceOf = (name: string, url: string) => this.#source(name, url);
    const loaded = new LoadedGraph(supergraphSdl, sourceOf, this.#log, this.#options);
    this.#current = loaded;
    this.#bySchema.set(loaded.apiSchema, loaded);
    for (const each of this.#callbacks) each(schemaContext(loaded));
  }

  async #checkHealth(supergraphSdl: string): Promise<void> {
    await Promise.all(
      [...subgraphUrls(parse(supergraphSdl))].map(async ([name, url]) => {
        const failure = await this.#failureOf(name, url);
        if (failure !== undefined) throw new Error(`The subgraph ${name} is not well: ${failure}`);
      }),
    );
  }

  async #failureOf(name: string, url: string): Promise<string | undefined> {
    const request = { query: '{ __typename }' };
    try {
      const source = this.#source(name, url);
      const { data, errors } = await source.process({ kind: 'health check', request, context: {} });
      return errors?.[0]?.message ?? (data ? undefined : 'it answered without data');
    } catch (error) {
      return (error as Error).message;
    }
  }

  #source(name: string, url: string): DataSource {
    const key = JSON.stringify([name, url]);
    const known = this.#sources.get(key);
    if (known) return known;
    const { buildService, exactNumbers = false } = this.#options;
    const made = buildService?.({ name, url }) ?? this.#remote(url);
    if (typeof made.process !== 'function')
      throw new Error(
        `buildService gave no data source for ${name}: one has a method "process", as RemoteDataSource has.`,
      );
    if (made instanceof RemoteDataSource) made.exactNumbers = exactNumbers;
    this.#sources.set(key, made);
    return made;
  }

  #remote(url: string): RemoteDataSource {
    const source = new RemoteDataSource({ url });
    this.#own.push(source);
    return source;
  }
}

const schemaContext = ({ apiSchema, supergraphSdl }: LoadedGraph) => ({
  apiSchema,
  coreSupergraphSdl: supergraphSdl,
});
