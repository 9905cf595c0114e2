import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  constants,
  createServer,
  Http2ServerRequest,
  Http2ServerResponse,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';

export interface Http2Bounds {
  /** How many requests of one connection may be unanswered; further ones are refused, and a client sends them later. */
  readonly streams: number;
  /** How long a request, with its body, may take to arrive. */
  readonly requestMs: number;
  /** How long the client may take to read an answer, from when all of it has been handed over to be sent. */
  readonly answerMs: number;
  /** How long a new connection may be open before it says what the client can do, as HTTP/2 begins. */
  readonly silentMs: number;
  /** How long a connection without a request may be idle. */
  readonly keepAliveMs: number;
}

const usualBounds: Http2Bounds = {
  streams: 100,
  requestMs: 30_000,
  answerMs: 120_000,
  silentMs: 10_000,
  keepAliveMs: 65_000,
};
/** Headers of one connection of HTTP/1.1, which HTTP/2 forbids. */
const ofConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

/** A request that has its `host`, as one of HTTP/1.1. */
class Request extends Http2ServerRequest {
  constructor(...given: ConstructorParameters<typeof Http2ServerRequest>) {
    super(...given);
    this.headers.host ??= this.headers[':authority'];
  }
}

/** What Node's response of HTTP/2 has, which is no `Writable` though its types say so. */
interface Lacking extends Pick<Http2ServerResponse, 'stream' | 'once'> {
  setHeader(name: string, value: unknown): unknown;
  writeHead(status: number, headers?: object): unknown;
}
const LackingResponse = Http2ServerResponse as unknown as new (stream: ServerHttp2Stream) => Lacking;

/** A response with what one of HTTP/1.1 has and Node's own of HTTP/2 lacks. */
class Response extends LackingResponse {
  /** Whether `close` has been emitted. */
  closed = false;
  req!: Http2ServerRequest;

  constructor(stream: ServerHttp2Stream) {
    super(stream);
    this.once('close', () => (this.closed = true));
  }

  get destroyed(): boolean {
    return this.stream.destroyed;
  }

  setHeaders(headers: ReadonlyMap<string, string>): this {
    for (const [name, value] of headers) this.setHeader(name, value);
    return this;
  }

  override setHeader(name: string, value: unknown): this {
    if (!ofConnection.has(name.toLowerCase())) super.setHeader(name, value);
    return this;
  }

  override writeHead(status: number, ...given: unknown[]): this {
    const headers = given.find((each) => typeof each === 'object') as Record<string, string> | undefined;
    super.writeHead(status, headers && without(headers));
    return this;
  }
}

const without = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.has(name.toLowerCase())));

/** HTTP/2 on connections that are handed over by `emit('connection')`. */
export interface BoundedHttp2 {
  readonly server: Http2Server;
  /** Ends each connection once its requests are answered. */
  endSessions(): void;
  /** Ends each connection now. */
  cutSessions(): void;
}

/**
 * Makes a server of HTTP/2 that calls a listener for HTTP/1.1, and on which no client can hold resources for long; what
 * Node bounds itself by default stays (memory of a session, rate of streams that are reset, pings and settings).
 */
export function boundedHttp2(listener: RequestListener, bounds: Partial<Http2Bounds> = {}): BoundedHttp2 {
  const { streams, requestMs, answerMs, silentMs, keepAliveMs } = { ...usualBounds, ...bounds };
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer(
    {
      Http2ServerRequest: Request,
      // Its methods take what HTTP/1.1's take, since the listener is written for that.
      Http2ServerResponse: Response as unknown as typeof Http2ServerResponse,
      maxHeaderListPairs: 100,
      maxSessionInvalidFrames: 100,
      settings: { maxConcurrentStreams: streams, maxHeaderListSize: 16 * 1024, enablePush: false },
    },
    (request, response) => {
      (response as unknown as Response).req = request;
      boundStream(request.stream as ServerHttp2Stream, { requestMs, answerMs });
      listener(request as unknown as IncomingMessage, response as unknown as ServerResponse);
    },
  );
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.setTimeout(silentMs);
    session.once('remoteSettings', () => session.setTimeout(keepAliveMs));
    let open = 0;
    session.on('stream', (stream: ServerHttp2Stream) => {
      open += 1;
      stream.once('close', () => (open -= 1));
    });
    session.on('timeout', () => {
      if (open === 0) session.destroy();
    });
  });
  server.on('sessionError', () => undefined);
  return {
    server,
    endSessions: () => sessions.forEach((session) => session.close()),
    cutSessions: () => sessions.forEach((session) => session.destroy()),
  };
}

function boundStream(
  stream: ServerHttp2Stream,
  { requestMs, answerMs }: Pick<Http2Bounds, 'requestMs' | 'answerMs'>,
): void {
  let late = stream.endAfterHeaders ? undefined : setTimeout(() => cancelStream(stream), requestMs).unref();
  stream.once('end', () => clearTimeout(late));
  stream.once('prefinish', () => {
    if (stream.writableFinished) return;
    clearTimeout(late);
    late = setTimeout(() => cancelStream(stream), answerMs).unref();
  });
  // Whoever sends on after the answer, such as a body that is too long, is told to stop.
  stream.once('finish', () => {
    clearTimeout(late);
    if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
  });
  stream.once('close', () => clearTimeout(late));
  stream.on('error', () => undefined);
}

/** Has the connection of a response end with it; in HTTP/2 with all requests that it has by now. */
export function endConnectionAfter(response: ServerResponse): void {
  if (isOfHttp2(response)) response.stream.session?.close();
  else response.setHeader('connection', 'close');
}

const isOfHttp2 = (response: unknown): response is Http2ServerResponse => response instanceof Http2ServerResponse;

/** The stream of a response in HTTP/2; undefined for one of HTTP/1.1. */
export const streamOf = (response: ServerResponse): ServerHttp2Stream | undefined =>
  isOfHttp2(response) ? response.stream : undefined;

/** Ends one request of a connection at once, and leaves the others alone. */
export const cancelStream = (stream: ServerHttp2Stream): void => {
  stream.close(constants.NGHTTP2_CANCEL);
};
