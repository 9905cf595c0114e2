import { randomUUID } from 'node:crypto';
import type { GatewayExecutionResult } from '@apollo/server-gateway-interface';
import { GraphQLError, OperationTypeNode, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { LruCache } from '../../src/documents/lruCache.ts';
import { parseJson } from '../../src/documents/parseJson.ts';
import { neverNullVariables } from '../../src/documents/neverNullVariables.ts';
import { coerceVariables } from '../../src/documents/variableNumbers.ts';
import { subgraphOf } from '../../src/errors/askedSubgraph.ts';
import type { Engine, OperationPlan } from '../../src/execution/engine.ts';
import { createFederationEngine } from '../../src/execution/federation/federationEngine.ts';
import { buildGraph, type Graph } from '../../src/graph/graph.ts';
import { dataSourceFetch, type GatewayFetchContext } from './dataSourceFetch.ts';
import type { DataSource, EngineGatewayOptions, GatewayLogger, RequestContext } from './gatewayOptions.ts';

/** Of how many documents the plans are kept. */
const keptPlans = 5_000;

interface Prepared {
  readonly plan: OperationPlan;
  /** Variables that decide what is asked for. */
  readonly neverNull: ReadonlySet<string>;
}

/** Apollo Server leaves it to a gateway to find that a document has no operation of the name that was asked for. */
interface UncheckedContext {
  readonly operation?: RequestContext['operation'];
  readonly request: RequestContext['request'];
}

/** One supergraph, as it is served until the next one. */
export class LoadedGraph {
  readonly supergraphSdl: string;
  readonly #graph: Graph;
  readonly #engine: Engine;
  readonly #options: EngineGatewayOptions;
  readonly #prepared = new LruCache<Prepared>(keptPlans);

  /** @throws if the SDL is no supergraph, or asks for what is not supported */
  constructor(
    supergraphSdl: string,
    sourceOf: (name: string, url: string) => DataSource,
    log: GatewayLogger,
    options: EngineGatewayOptions,
  ) {
    this.supergraphSdl = supergraphSdl;
    this.#options = options;
    this.#graph = buildGraph(supergraphSdl);
    refuseRestrictions(this.#graph);
    const { subgraphUrls } = this.#graph;
    this.#engine = createFederationEngine(
      this.#graph,
      (name) => dataSourceFetch(name, sourceOf(name, subgraphUrls.get(name)!), log),
      engineLog(log),
    );
  }

  get apiSchema(): GraphQLSchema {
    return this.#graph.apiSchema;
  }

  async run(requestContext: RequestContext): Promise<GatewayExecutionResult> {
    const { document, operation, request } = requestContext;
    const refusal = this.#refusal(requestContext);
    if (refusal) return { errors: [refusal] };
    const prepared = this.#prepare(requestContext);
    const { coerced, errors } = coerceVariables(
      this.apiSchema,
      operation.variableDefinitions ?? [],
      request.variables ?? {},
      { maxErrors: 50 },
    );
    if (errors) return { errors: errors.map(({ message, nodes }) => inputError(message, nodes)) };
    const wrong = [...prepared.neverNull].find((name) => coerced[name] === null);
    if (wrong !== undefined)
      return { errors: [inputError(`The variable "$${wrong}" decides what is asked for: it cannot be null.`)] };
    const context: GatewayFetchContext = {
      requestContext,
      authorizationFor: () => Promise.resolve(undefined),
      traceparent: '',
      freshness: '',
      deadline: Number.MAX_SAFE_INTEGER,
    };
    const answer = await this.#engine.answer!({
      plan: prepared.plan,
      document,
      operation,
      variables: coerced,
      context,
      callerKey: this.#callerKey(requestContext),
      maxErrors: this.#options.maxErrors ?? 1_000,
    });
    if (Buffer.isBuffer(answer)) return this.#parsed(answer.toString()) as GatewayExecutionResult;
    const data = answer.data ?? null;
    return answer.errors?.length ? { data, errors: answer.errors.map(withServiceName) } : { data };
  }

  #refusal({ operation, request: { operationName } }: UncheckedContext): GraphQLError | undefined {
    if (!operation)
      return refused(
        operationName
          ? `The document has no operation "${operationName}".`
          : 'Name the operation: the document has several.',
        'OPERATION_RESOLUTION_FAILURE',
      );
    if (operation.operation === OperationTypeNode.SUBSCRIPTION)
      return refused('This gateway answers queries and mutations; it has no subscriptions.');
    if (!this.apiSchema.getRootType(operation.operation)) return refused(`This graph has no ${operation.operation}.`);
    return undefined;
  }

  #parsed = (text: string): unknown =>
    this.#options.exactNumbers ? parseJson(text, { trusted: true }) : JSON.parse(text);

  #prepare({ queryHash, operationName, document, operation }: RequestContext): Prepared {
    const key = `${queryHash} ${operationName ?? ''}`;
    let prepared = this.#prepared.get(key);
    if (!prepared) {
      prepared = { plan: this.#engine.plan(document, operation), neverNull: neverNullVariables(document) };
      this.#prepared.set(key, prepared);
    }
    return prepared;
  }

  #callerKey(requestContext: RequestContext): string {
    const { callerKey } = this.#options;
    if (callerKey) return callerKey(requestContext);
    return requestContext.request.http?.headers.get('authorization') ?? randomUUID();
  }
}

/** It knows nothing of callers, and would answer everybody what only some may see. */
function refuseRestrictions({ guards }: Graph): void {
  if (guards.restrictions.size > 0)
    throw new Error(
      `the supergraph restricts fields by ${[...guards.restrictions].join(', ')}, which this gateway does not decide:` +
        ' compose it without them, and have the subgraphs refuse what a caller may not see',
    );
}

const refused = (message: string, code = 'BAD_USER_INPUT'): GraphQLError =>
  new GraphQLError(message, { extensions: { code, http: { status: 400 } } });

const inputError = (message: string, nodes?: GraphQLError['nodes']): GraphQLError =>
  new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT' } });

/** Clients of `@apollo/gateway` know the subgraph by this; what a subgraph itself says under the name stays. */
function withServiceName(error: GraphQLError): GraphQLError {
  const serviceName = subgraphOf(error);
  if (serviceName === undefined) return error;
  return new GraphQLError(error.message, { path: error.path, extensions: { serviceName, ...error.extensions } });
}

/** The engine logs fields and a text. */
function engineLog(log: GatewayLogger): Logger {
  const written = (level: 'warn' | 'error') => (fields: object, message: string) =>
    log[level](`${message} ${JSON.stringify(fields)}`);
  return { warn: written('warn'), error: written('error') } as unknown as Logger;
}
