import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { Principal } from '#platform/identity/principal.ts';
import { acceptTraceparent } from '#platform/telemetry/trace.ts';
import { stringifyExactly } from '../../documents/exactNumber.ts';
import { endingHeaders } from '../../documents/ending.ts';
import type { AdmittedDocument } from '../../documents/admission.ts';
import vary from 'vary';
import type { LoadGate } from '../../access/loadGate.ts';
import type { AppRequests } from './appRequests.ts';
import { readBody, requestCodings } from './body.ts';
import { cacheControl, matches, varyBy } from './cacheControl.ts';
import type { CachePolicy } from '../../channelManifest.ts';
import { revoked, type ClientIdentity } from '../../access/clientIdentity.ts';
import { unexpectedError } from '../../errors/publicError.ts';
import type { EventStreams } from './eventStreams.ts';
import {
  acceptsEventStream,
  codingOf,
  compressFromBytes,
  eventStream,
  graphqlResponse,
  json,
  negotiate,
  type ResponseType,
} from './mediaType.ts';
import { tellRates } from './tellRates.ts';
import { isKept, type OperationRunner } from '../../execution/operationRunner.ts';
import type { LiveGraph } from '../../execution/liveGraph.ts';
import { declaredVariables } from '../../documents/declaredVariables.ts';
import {
  operationRequest,
  operationRequestOfQuery,
  parseBody,
  type OperationRequest,
} from '../../documents/operationRequest.ts';
import { Refusal, retryAfterSeconds } from '../../errors/refusal.ts';
import type { KeptAnswer } from '../../kept/keptAnswers.ts';
import type { KeptOperations } from '../../kept/keptOperations.ts';
import type { AddressOf } from './clientAddress.ts';

const compress = promisify(gzip);
/**
 * The status that metrics count for a client that has gone before its answer. It is not a status of HTTP; nginx logs
 * the same number.
 */
const clientGone = 499;

export interface HttpHandlerOptions {
  readonly live: LiveGraph;
  readonly clients: ClientIdentity;
  readonly operations: OperationRunner;
  /** Where requests are counted. */
  readonly load: Pick<LoadGate, 'countRequest'>;
  readonly eventStreams: EventStreams;
  /** Answers the programs of partners, where the channel lets them in. */
  readonly apps?: AppRequests;
  readonly maxBodyBytes: number;
  readonly addressOf: AddressOf;
  readonly costLimit: number;
  /** Whether answers to documents that are not trusted say what they cost, for whoever writes them. */
  readonly tellsCost: boolean;
  readonly cache?: CachePolicy;
  /** Undefined where no answers are kept. */
  readonly kept?: KeptOperations | undefined;
  /** Whether introspection is answered without a token, so that tools can show the schema. */
  readonly openIntrospection: boolean;
  readonly log: Logger;
}

/** What is sent to the client. */
interface Answer {
  readonly status: number;
  /** Bytes are an answer without errors. */
  readonly body: ExecutionResult | Buffer;
  /** The same, compressed. */
  readonly gzipped?: () => Promise<Buffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What metrics distinguish requests by. */
interface Seen {
  /**
   * The operation name of a trusted document, or `other`. Names that clients choose would make any number of time
   * series.
   */
  operation: string;
}

/** What the client accepts, by its `Accept` header. */
interface Accepted {
  readonly type: ResponseType | undefined;
  readonly stream: boolean;
}

/** Headers that a page of another site cannot send without a preflight request (protection against CSRF). */
const preflightHeaders = [
  'x-apollo-operation-name',
  'apollo-require-preflight',
  'graphql-require-preflight',
  'x-requested-with',
];

/**
 * Whether the request cannot come from another site's page without a preflight. A browser may add `Basic` credentials
 * of its own to such a request, but never `Bearer`.
 */
const hasPreflight = ({ headers }: IncomingMessage): boolean =>
  mediaTypeOf(headers) === json ||
  /^bearer /i.test(headers.authorization ?? '') ||
  preflightHeaders.some((name) => headers[name]);

const reads = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

const mediaTypeOf = (headers: IncomingMessage['headers']): string | undefined =>
  headers['content-type']?.split(';')[0]?.trim().toLowerCase();

const withoutPreflight = (): Refusal =>
  Refusal.of(
    400,
    'BAD_REQUEST',
    'A GET needs a header that other sites cannot send: `authorization: Bearer …`, or one such as `graphql-require-preflight: 1`.',
  );

const singleConnection = (): Refusal =>
  Refusal.of(
    405,
    'BAD_REQUEST',
    'The single connection mode of graphql-sse is not supported: send a request for each operation (distinct connections mode).',
  );

/**
 * Reads the GraphQL request. With `asStream` a GET needs no preflight header, since a browser's EventSource cannot send
 * one; `checkKind` makes sure that it is a subscription then.
 */
function requestOf(
  request: IncomingMessage,
  url: URL,
  maxBodyBytes: number,
  asStream: boolean,
): Promise<OperationRequest> | OperationRequest {
  const contentType = mediaTypeOf(request.headers);
  if (reads(request)) {
    if (!asStream && !hasPreflight(request)) throw withoutPreflight();
    if (Buffer.byteLength(url.search) > maxBodyBytes)
      throw Refusal.of(413, 'BAD_REQUEST', `A request may have at most ${maxBodyBytes} bytes.`);
    return operationRequestOfQuery(url.searchParams);
  }
  if (
    request.method === 'PUT' ||
    request.method === 'DELETE' ||
    request.headers['x-graphql-event-stream-token'] !== undefined
  )
    throw singleConnection();
  if (request.method !== 'POST') throw Refusal.of(405, 'BAD_REQUEST', 'Use POST, or GET for queries.');
  if (contentType !== json) {
    const simple =
      contentType === undefined ||
      contentType === 'text/plain' ||
      contentType === 'multipart/form-data' ||
      contentType === 'application/x-www-form-urlencoded';
    throw Refusal.of(simple ? 400 : 415, 'BAD_REQUEST', 'Send the request as `Content-Type: application/json`.');
  }
  const charset = /charset="?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
    throw Refusal.of(415, 'BAD_REQUEST', 'Send the request as UTF-8.');
  return readBody(request, maxBodyBytes).then((body) => operationRequest(parseBody(body)));
}

/**
 * GraphQL over HTTP, https://graphql.github.io/graphql-over-http/draft/, and event streams by way of `EventStreams`.
 */
export class HttpHandler {
  readonly #options: HttpHandlerOptions;

  constructor(options: HttpHandlerOptions) {
    this.#options = options;
  }

  /** Answers one request. Resolves when the answer is written, or the event stream has ended. */
  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const began = performance.now();
    const seen: Seen = { operation: 'other' };
    const traceparent = acceptTraceparent(request.headers['traceparent'] as string | undefined);
    const accepted: Accepted = {
      type: negotiate(request.headers.accept),
      stream: request.method !== 'HEAD' && acceptsEventStream(request.headers.accept),
    };
    let answer: Answer | undefined;
    try {
      if (!accepted.type && !accepted.stream)
        throw Refusal.of(
          406,
          'BAD_REQUEST',
          `The Accept header must allow ${graphqlResponse} or ${json}, or ${eventStream} for subscriptions.`,
        );
      if (!codingOf(acceptEncoding(request), true))
        throw Refusal.of(406, 'BAD_REQUEST', 'The Accept-Encoding header must allow gzip or identity.');
      answer = await this.#answer(request, response, url, traceparent, accepted, seen);
    } catch (error) {
      if (response.headersSent) throw error;
      if (error instanceof Refusal && error.status === 'document' && !accepted.type) {
        this.#count(seen, { status: 200, body: { errors: error.errors } });
        return this.#options.eventStreams.refuse(response, traceparent, error.errors);
      }
      answer =
        error instanceof Refusal
          ? {
              status: error.status === 'document' ? (accepted.type === graphqlResponse ? 400 : 200) : error.status,
              body: { errors: error.errors },
            }
          : { status: 500, body: { errors: [unexpectedError(error, traceparent, this.#options.log)] } };
    }
    if (!answer) return this.#count(seen, { status: response.statusCode, body: {} });
    // The client has gone and gets no answer: the request is counted as web servers count it, and not by its outcome.
    if (response.destroyed) return this.#count(seen, { status: clientGone, body: {} });
    await send(request, response, answer, accepted.type ?? json, traceparent);
    this.#count(seen, answer, (performance.now() - began) / 1_000);
  }

  #count({ operation }: Seen, { status, body }: Answer, seconds?: number): void {
    this.#options.operations.count(operation, status, Buffer.isBuffer(body) ? undefined : body.errors, seconds);
  }

  /** Ends the event streams, which would not end by themselves. */
  close(): Promise<void> {
    return this.#options.eventStreams.close();
  }

  /** Executes the request. Undefined if it was answered as an event stream. */
  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    traceparent: string,
    accepted: Accepted,
    seen: Seen,
  ): Promise<Answer | undefined> {
    const { clients, live, eventStreams, apps, costLimit, load } = this.#options;
    if (apps?.takes(request)) return apps.answer(request, response, traceparent);
    const { admission } = live.current;
    const authorization = request.headers.authorization;
    // Authentication comes first: the body of a request that nobody may make is not read.
    const client = await clients.authenticate(
      authorization,
      this.#options.openIntrospection ? { allowAnonymous: true } : {},
    );
    const { principal } = client;
    const address = this.#options.addressOf(request);
    const tell = tellRates(response);
    await load.countRequest({ principal, address }, tell);
    const asked = await requestOf(request, url, this.#options.maxBodyBytes, accepted.stream);
    // Access may have been revoked while the body arrived.
    if (clients.isRevoked(client)) throw revoked();
    // Nothing is executed for a client that has gone.
    if (request.socket.destroyed) throw Refusal.of(400, 'BAD_REQUEST', 'The connection is closed.');
    const admitted = admission.admit(asked);
    const { prepared, trusted, release } = admitted;
    seen.operation = trusted ?? seen.operation;
    if (this.#options.openIntrospection && !prepared.introspectionOnly) await clients.authenticate(authorization);
    checkKind(admitted, request, accepted);
    if (accepted.stream && (!accepted.type || prepared.operation.operation === 'subscription')) {
      await eventStreams.run(request, response, {
        prepared,
        trusted,
        variables: declaredVariables(prepared, asked.variables),
        authorization,
        traceparent,
        resumeFrom: request.headers['last-event-id'] || asked.extensions['resumeFrom'],
      });
      return undefined;
    }
    const gone = new AbortController();
    // After a whole answer nobody is left to hear it, and to make the reason of an abort is dear.
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    const { body, cost } = await this.#options.operations.run(admitted, {
      variables: asked.variables,
      principal,
      authorization,
      traceparent,
      address,
      gone: gone.signal,
      tell,
    });
    if (isKept(body)) return this.#keptAnswer(request, body, trusted, principal);
    return {
      status: 200,
      body: this.#options.tellsCost && !trusted ? withCost(body, { estimated: cost, limit: costLimit }) : body,
      headers: { ...this.#cacheHeaders(request, body, trusted, principal), ...(release && endingHeaders(release)) },
    };
  }

  #keptAnswer(request: IncomingMessage, answer: KeptAnswer, trusted: string | undefined, principal: Principal): Answer {
    const body = answer.bytes;
    // Who asked before an event has an answer from before it, and no one else is to have it.
    const headers = answer.isCurrent
      ? this.#cacheHeaders(request, body, trusted, principal)
      : { 'cache-control': 'no-store' };
    if (!reads(request)) return { status: 200, body, gzipped: answer.gzipped, headers };
    const isForAll = principal.kind === 'anonymous' && trusted !== undefined;
    const tagged = {
      ...headers,
      ...(isForAll && this.#options.kept?.cdnHeaders(trusted, answer)),
      etag: answer.tag,
    };
    if (matches(request.headers['if-none-match'], answer.tag)) return { status: 304, body, headers: tagged };
    return { status: 200, body, gzipped: answer.gzipped, headers: tagged };
  }

  #cacheHeaders(
    request: IncomingMessage,
    body: Answer['body'],
    trusted: string | undefined,
    principal: Principal,
  ): Readonly<Record<string, string>> {
    const failed = !Buffer.isBuffer(body) && (body.errors?.length ?? 0) > 0;
    return {
      'cache-control': cacheControl(this.#options.cache, { byGet: reads(request), trusted, failed, principal }),
    };
  }
}

/** Checks that the kind of operation fits the request. @throws Refusal */
function checkKind({ prepared }: AdmittedDocument, request: IncomingMessage, accepted: Accepted): void {
  const kind = prepared.operation.operation;
  const byGet = reads(request);
  if (kind === 'subscription') {
    if (!accepted.stream)
      throw Refusal.of(
        400,
        'BAD_REQUEST',
        `Subscribe over WebSocket at this path with the subprotocol graphql-transport-ws, or accept ${eventStream}.`,
      );
    return;
  }
  if (byGet && !hasPreflight(request)) throw withoutPreflight();
  if (byGet && kind === 'mutation') throw Refusal.of(405, 'BAD_REQUEST', 'A mutation must be sent by POST.');
}

const endOfObject = '}'.charCodeAt(0);

/** The answer with `extensions.cost`. */
function withCost(
  body: ExecutionResult | Buffer,
  cost: { estimated: number; limit: number },
): ExecutionResult | Buffer {
  if (!Buffer.isBuffer(body)) return { ...body, extensions: { ...body.extensions, cost } };
  const end = body.lastIndexOf(endOfObject);
  return Buffer.concat([body.subarray(0, end), Buffer.from(`,"extensions":${JSON.stringify({ cost })}}`)]);
}

const acceptEncoding = (request: IncomingMessage): string | undefined =>
  request.headers['accept-encoding'] as string | undefined;

/** After how many seconds the client may come back. */
function waitOf({ body }: Answer): number {
  const told = Buffer.isBuffer(body) ? undefined : body.errors?.[0]?.extensions['retryAfter'];
  return typeof told === 'number' ? told : retryAfterSeconds;
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  type: ResponseType,
  traceparent: string,
): Promise<void> {
  let body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(stringifyExactly(answer.body));
  const headers: Record<string, string | number> = {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    traceparent,
    ...answer.headers,
  };
  if (response.hasHeader('vary')) vary(response, varyBy);
  else headers['vary'] = varyBy;
  if (answer.status === 304) {
    delete headers['content-type'];
    response.writeHead(304, headers).end();
    return;
  }
  if (codingOf(acceptEncoding(request), body.length >= compressFromBytes) === 'gzip') {
    body = await (answer.gzipped?.() ?? compress(body));
    headers['content-encoding'] = 'gzip';
  }
  if (answer.status === 405) headers['allow'] = 'GET, POST';
  if (answer.status === 429 || answer.status === 503) headers['retry-after'] = waitOf(answer);
  if (answer.status === 415) headers['accept-encoding'] = requestCodings;
  if (answer.status === 401) headers['www-authenticate'] = 'Bearer';
  // The rest of the body has not been read, and could not be told from the next request on the same connection.
  if (answer.status === 413) headers['connection'] = 'close';
  headers['content-length'] = body.length;
  response.writeHead(answer.status, headers).end(body);
}
