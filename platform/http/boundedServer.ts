import { createServer, IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ServerBounds {
  /** How long the request line and the headers may take to arrive, after the first byte or the request before. */
  readonly headersMs: number;
  /** How long the whole request, with its body, may take to arrive. */
  readonly requestMs: number;
  /** How long a connection may be idle between two requests. */
  readonly keepAliveMs: number;
  /** How long the client may take to read an answer, from when all of it has been handed over to be sent. */
  readonly answerMs: number;
  /** How long a new connection may be open without sending anything. */
  readonly silentMs: number;
  /**
   * How many requests of one connection may be unanswered: one is under way, the others wait for it. One more is
   * answered, after them, with 429, and is the last of its connection; `cutFactor` times as many close it at once.
   */
  readonly maxPipelined: number;
  /** The class of request objects, for callers that extend Node's own. */
  readonly requests: typeof IncomingMessage;
}

const usualBounds: ServerBounds = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000,
  answerMs: 120_000,
  silentMs: 10_000,
  maxPipelined: 100,
  requests: IncomingMessage,
};

/**
 * Node goes on to parse what has arrived, though nothing of it will be answered: a flood has to be cut, while a client
 * that merely asks too much at once gets the answers to what it may ask.
 */
const cutFactor = 5;
const tooMany = {
  status: 429,
  code: 'TOO_MANY_REQUESTS',
  message: 'Too many requests wait for their answers on this connection. Wait for some before you send more.',
};
/** What stands before us may read the one, and we the other: HTTP has no request with two (RFC 9112, 3.2). */
const manyHosts = { status: 400, code: 'BAD_REQUEST', message: 'A request has one `Host`. Send it once.' };

/**
 * Makes an HTTP server (not listening yet) on which no client can hold resources for long: it closes a connection that
 * sends nothing, sends its request too slowly, does not read its answer, or sends more requests than are answered.
 * Node's own time-outs begin with the first byte, so this adds one for connections that never send any; they are put
 * off by whatever a client sends, so this adds one for answers, which are kept in memory until they are read. The
 * requests of one connection are handled one after the other, as they are answered: a client gets more work done at
 * once only by more connections.
 */
export function boundedServer(listener: RequestListener, bounds: Partial<ServerBounds> = {}): Server {
  const { headersMs, requestMs, keepAliveMs, answerMs, silentMs, maxPipelined, requests } = {
    ...usualBounds,
    ...bounds,
  };
  const inTurn = new Turns(maxPipelined);
  const server = createServer(
    {
      IncomingMessage: requests,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: Math.min(1_000, headersMs),
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => {
      cutUnread(response, answerMs);
      inTurn.take(request.socket, response, () =>
        hasManyHosts(request) ? refuse(response, manyHosts) : listener(request, response),
      );
    },
  );
  server.maxHeadersCount = 100;
  const silent = new SilentConnections(silentMs);
  server.on('connection', (socket: Socket) => silent.add(socket));
  return server;
}

/** How often it is looked whether a connection has sent something. */
const lookEveryMs = 1_000;

/**
 * Closes connections that send nothing for too long. One timer serves all of them: a connection that is open for hours,
 * such as a WebSocket, would keep a timer and a listener of its own, 500 bytes.
 */
class SilentConnections {
  readonly #afterMs: number;
  /** When each began that has not been seen to send anything. */
  readonly #began = new Map<Socket, number>();

  constructor(afterMs: number) {
    this.#afterMs = afterMs;
  }

  add(socket: Socket): void {
    if (this.#began.size === 0) this.#lookLater();
    this.#began.set(socket, performance.now());
  }

  #lookLater(): void {
    setTimeout(() => this.#look(), Math.min(lookEveryMs, this.#afterMs)).unref();
  }

  #look(): void {
    const now = performance.now();
    for (const [socket, began] of this.#began) {
      const isSilent = socket.bytesRead === 0 && !socket.destroyed;
      if (isSilent && now - began < this.#afterMs) continue;
      this.#began.delete(socket);
      if (isSilent) socket.destroy();
    }
    if (this.#began.size > 0) this.#lookLater();
  }
}

/** Closes the connection when the end of the response has been written, but not read, for so long. */
function cutUnread(response: ServerResponse, afterMs: number): void {
  response.once('prefinish', () => {
    if (response.writableFinished) return;
    const cut = setTimeout(() => response.destroy(), afterMs).unref();
    response.once('close', () => clearTimeout(cut));
  });
}

/** Of every request: names and values stand in turn, and nothing is made of them. */
function hasManyHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}

/** Answers in its turn, after the requests before, and closes the connection then. */
function refuse(response: ServerResponse, { status, code, message }: typeof tooMany): void {
  // What is asked for has not been looked at: it is told as GraphQL tells errors, and as REST does.
  const body = JSON.stringify({ error: { code, message, details: [] }, errors: [{ message, extensions: { code } }] });
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      connection: 'close',
    })
    .end(body);
}

/** Lets the requests of a connection be handled one after the other. */
class Turns {
  /** The requests that wait, by connection; a connection without a request under way is not in it. */
  readonly #waiting = new WeakMap<Socket, (() => void)[]>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Calls `handle` once the responses before this one are over, and never if the connection is closed before. What is
   * one too many is refused in its turn.
   */
  take(socket: Socket, response: ServerResponse, handle: () => void): void {
    const begin = (): void => {
      response.once('close', () => this.#next(socket));
      handle();
    };
    const waiting = this.#waiting.get(socket);
    if (!waiting) {
      this.#waiting.set(socket, []);
      return begin();
    }
    const unanswered = waiting.length + 2;
    // A client that sends so many does not wait for answers: this also cancels the request under way.
    if (unanswered > this.#most * cutFactor) return void socket.destroy();
    // Nothing is handled behind a refusal, since it ends the connection.
    waiting.push(unanswered > this.#most ? () => refuse(response, tooMany) : begin);
  }

  #next(socket: Socket): void {
    // After an answer that ends the connection nobody would hear another: nothing may be done for it (RFC 9112, 9.6).
    const next = socket.writable ? this.#waiting.get(socket)?.shift() : undefined;
    if (next) next();
    else this.#waiting.delete(socket);
  }
}
