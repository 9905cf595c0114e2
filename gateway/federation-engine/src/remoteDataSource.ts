import type { GatewayGraphQLRequest, GatewayGraphQLResponse } from '@apollo/server-gateway-interface';
import { GraphQLError } from 'graphql';
import { Agent, request as send, type Dispatcher } from 'undici';
import { stringifyExactly } from '../../src/documents/exactNumber.ts';
import { parseJson } from '../../src/documents/parseJson.ts';
import { restrictBy } from './cacheControl.ts';
import type { DataSource, DataSourceRequest } from './gatewayOptions.ts';

export interface ReceivedResponse {
  readonly request: GatewayGraphQLRequest;
  response: GatewayGraphQLResponse;
  readonly context: Record<string, unknown>;
}

/** The hooks may be given as options, or be methods of a class that extends `RemoteDataSource`. */
export interface RemoteDataSourceOptions {
  readonly url: string;
  /** Before a request is sent: it may change its headers, `request.http.headers`. */
  willSendRequest?(options: DataSourceRequest): void | Promise<void>;
  /** What it returns is taken for the answer. */
  didReceiveResponse?(received: ReceivedResponse): GatewayGraphQLResponse | Promise<GatewayGraphQLResponse>;
  /** When no answer came: it may throw an error of its own. */
  didEncounterError?(error: Error, request: GatewayGraphQLRequest, context: Record<string, unknown>): void;
  /** Until an answer begins, and between its parts (10 000). */
  readonly timeoutMs?: number;
  /** The answer's `cache-control` limits how long the whole may be kept; true by default. */
  readonly honorSubgraphCacheControlHeader?: boolean;
}

const maxAnswerBytes = 64 * 2 ** 20;
const utf8 = new TextDecoder('utf-8', { fatal: true });
const isJson = /^\s*application\/([\w.-]+\+)?json\s*(;|$)/i;
const refusals: Readonly<Record<number, string>> = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN' };

/** A subgraph over HTTP, on connections that are kept open; what `RemoteGraphQLDataSource` is to `@apollo/gateway`. */
export class RemoteDataSource implements DataSource {
  readonly url: string;
  /** Numbers of answers keep all their digits; set by the gateway. */
  exactNumbers = false;
  readonly #options: RemoteDataSourceOptions;
  readonly #agent: Dispatcher;

  constructor(options: RemoteDataSourceOptions) {
    const { timeoutMs = 10_000 } = options;
    this.url = options.url;
    this.#options = options;
    this.#agent = new Agent({
      connections: 64,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxResponseSize: maxAnswerBytes,
      connect: { timeout: Math.min(timeoutMs, 3_000) },
      keepAliveTimeout: 30_000,
    });
  }

  willSendRequest(options: DataSourceRequest): void | Promise<void> {
    return this.#options.willSendRequest?.(options);
  }

  didReceiveResponse(received: ReceivedResponse): GatewayGraphQLResponse | Promise<GatewayGraphQLResponse> {
    return this.#options.didReceiveResponse?.(received) ?? received.response;
  }

  didEncounterError(error: Error, request: GatewayGraphQLRequest, context: Record<string, unknown>): void {
    this.#options.didEncounterError?.(error, request, context);
  }

  async process(options: DataSourceRequest): Promise<GatewayGraphQLResponse> {
    const { request, context, incomingRequestContext } = options;
    const headers = new Headers({ 'content-type': 'application/json', accept: 'application/json' });
    request.http = { method: 'POST', url: this.url, headers: headers as never };
    await this.willSendRequest(options);
    let came: GatewayGraphQLResponse;
    try {
      came = await this.#send(request);
    } catch (error) {
      this.didEncounterError(error as Error, request, context);
      throw error;
    }
    const response = await this.didReceiveResponse({ request, response: came, context });
    if (this.#options.honorSubgraphCacheControlHeader !== false)
      restrictBy(response.http?.headers.get('cache-control'), incomingRequestContext?.overallCachePolicy);
    return response;
  }

  async #send({ http, ...request }: GatewayGraphQLRequest): Promise<GatewayGraphQLResponse> {
    const { statusCode, headers, body } = await send(http!.url, {
      method: 'POST',
      headers: Object.fromEntries(http!.headers),
      body: stringifyExactly(request),
      dispatcher: this.#agent,
    });
    const bytes = await body.arrayBuffer();
    const type = String(headers['content-type'] ?? '');
    const answer = isJson.test(type) ? this.#parsed(utf8.decode(bytes)) : undefined;
    const isAnswer = typeof answer === 'object' && answer !== null && ('data' in answer || 'errors' in answer);
    if (!isAnswer) {
      const code = refusals[statusCode];
      const message = `The subgraph answered ${statusCode}, ${type || 'of no type'}.`;
      throw code === undefined ? new Error(message) : new GraphQLError(message, { extensions: { code } });
    }
    const received = new Headers();
    for (const [name, value] of Object.entries(headers))
      for (const each of [value ?? []].flat()) received.append(name, each);
    return { ...(answer as GatewayGraphQLResponse), http: { status: statusCode, headers: received as never } };
  }

  #parsed = (text: string): unknown => (this.exactNumbers ? parseJson(text, { trusted: true }) : JSON.parse(text));

  /** Ends its connections. */
  close = (): Promise<void> => this.#agent.close();
}
