import type { GatewayGraphQLRequest, GatewayGraphQLResponse } from '@apollo/server-gateway-interface';
import { GraphQLError } from 'graphql';
import { Agent, request as send, type Dispatcher } from 'undici';
import { stringifyExactly } from '../../src/documents/exactNumber.ts';
import { parseJson } from '../../src/documents/parseJson.ts';
import { unpacked } from '../../src/execution/dataSources/unpacked.ts';
import { restrictBy } from './cacheControl.ts';
import type { Context, DataSource, DataSourceRequest } from './gatewayOptions.ts';

export interface ReceivedResponse {
  readonly request: GatewayGraphQLRequest;
  response: GatewayGraphQLResponse;
  readonly context: Context;
}

/** The hooks may be given as options, or be methods of a class that extends `RemoteDataSource`. */
export interface RemoteDataSourceOptions {
  readonly url: string;
  /** Before a request is sent: it may change its headers, `request.http.headers`. */
  willSendRequest?(options: DataSourceRequest): void | Promise<void>;
  /** What it returns is taken for the answer. */
  didReceiveResponse?(received: ReceivedResponse): GatewayGraphQLResponse | Promise<GatewayGraphQLResponse>;
  /** When no answer came: it may throw an error of its own. */
  didEncounterError?(error: Error, request: GatewayGraphQLRequest, context: Context): void;
  /** Until an answer begins, and between its parts (10 000). */
  readonly timeoutMs?: number;
  /** The answer's `cache-control` limits how long the whole may be kept; true by default. */
  readonly honorSubgraphCacheControlHeader?: boolean;
}

/** An answer that nobody has read. */
export interface ReceivedBytes {
  readonly bytes: Buffer;
  /** @throws Error for what is no answer of GraphQL */
  read(): GatewayGraphQLResponse;
}

interface Received {
  readonly status: number;
  readonly type: string;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly bytes: Buffer;
}

function noAnswer({ status, type }: Received): Error {
  const code = refusals[status];
  const message = `The subgraph answered ${status}, ${type || 'of no type'}.`;
  return code === undefined ? new Error(message) : new GraphQLError(message, { extensions: { code } });
}

function headersOf({ headers }: Received): never {
  const received = new Headers();
  for (const [name, value] of Object.entries(headers))
    for (const each of [value ?? []].flat()) received.append(name, each);
  return received as never;
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

  didEncounterError(error: Error, request: GatewayGraphQLRequest, context: Context): void {
    this.#options.didEncounterError?.(error, request, context);
  }

  async process(options: DataSourceRequest): Promise<GatewayGraphQLResponse> {
    const { request, context, incomingRequestContext } = options;
    await this.#prepare(options);
    const came = await this.#orTold(options, async () => {
      const { http, ...asked } = request;
      const received = await this.#send(http!, stringifyExactly(asked));
      return { ...this.#answerIn(received), http: { status: received.status, headers: headersOf(received) } };
    });
    const response = await this.didReceiveResponse({ request, response: came, context });
    if (this.#options.honorSubgraphCacheControlHeader !== false)
      restrictBy(response.http?.headers.get('cache-control'), incomingRequestContext?.overallCachePolicy);
    return response;
  }

  /** Whether nothing of a subclass or a hook looks at its answers, so that they can be taken as they came. */
  get givesBytes(): boolean {
    const { process, didReceiveResponse } = RemoteDataSource.prototype;
    const isOwn = this.process === process && this.didReceiveResponse === didReceiveResponse;
    return isOwn && this.#options.didReceiveResponse === undefined;
  }

  /** As `process`, with a request that is written. The answer is not read yet. */
  async ask(body: Buffer, options: Omit<DataSourceRequest, 'request'>): Promise<ReceivedBytes> {
    const isHooked =
      this.willSendRequest !== RemoteDataSource.prototype.willSendRequest ||
      this.#options.willSendRequest !== undefined ||
      this.didEncounterError !== RemoteDataSource.prototype.didEncounterError ||
      this.#options.didEncounterError !== undefined;
    // A hook may look at the request, and change it.
    const request = (isHooked ? parseJson(utf8.decode(body)) : {}) as GatewayGraphQLRequest;
    const asked: DataSourceRequest = { ...options, request };
    await this.#prepare(asked);
    return this.#orTold(asked, async () => {
      const { http, ...rest } = request;
      const received = await this.#send(http!, isHooked ? stringifyExactly(rest) : body);
      if (!isJson.test(received.type)) throw noAnswer(received);
      if (this.#options.honorSubgraphCacheControlHeader !== false)
        restrictBy(String(received.headers['cache-control'] ?? ''), options.incomingRequestContext?.overallCachePolicy);
      return { bytes: received.bytes, read: () => this.#readOrTold(asked, received) };
    });
  }

  #readOrTold({ request, context }: DataSourceRequest, received: Received): GatewayGraphQLResponse {
    try {
      return this.#answerIn(received);
    } catch (error) {
      this.didEncounterError(error as Error, request, context);
      throw error;
    }
  }

  async #prepare(options: DataSourceRequest): Promise<void> {
    const headers = new Headers({ 'content-type': 'application/json', accept: 'application/json' });
    options.request.http = { method: 'POST', url: this.url, headers: headers as never };
    await this.willSendRequest(options);
  }

  /** What `work` gives; when it fails, the hook for that hears of it. */
  async #orTold<T>({ request, context }: DataSourceRequest, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.didEncounterError(error as Error, request, context);
      throw error;
    }
  }

  async #send(http: NonNullable<GatewayGraphQLRequest['http']>, written: string | Buffer): Promise<Received> {
    const { statusCode, headers, body } = await send(http.url, {
      method: 'POST',
      headers: Object.fromEntries(http.headers),
      body: written,
      dispatcher: this.#agent,
    });
    const packed = Buffer.from(await body.arrayBuffer());
    const bytes = await unpacked(packed, String(headers['content-encoding'] ?? ''), maxAnswerBytes);
    return { status: statusCode, type: String(headers['content-type'] ?? ''), headers, bytes };
  }

  /** @throws Error for what is no answer of GraphQL */
  #answerIn(received: Received): GatewayGraphQLResponse {
    const answer = isJson.test(received.type) ? this.#parsed(utf8.decode(received.bytes)) : undefined;
    const isAnswer = typeof answer === 'object' && answer !== null && ('data' in answer || 'errors' in answer);
    if (!isAnswer) throw noAnswer(received);
    return answer as GatewayGraphQLResponse;
  }

  #parsed = (text: string): unknown => (this.exactNumbers ? parseJson(text, { trusted: true }) : JSON.parse(text));

  /** Ends its connections. */
  close = (): Promise<void> => this.#agent.close();
}
