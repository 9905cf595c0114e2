import { createServer, IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';

export interface ServerBounds {
  /** For a request's line and headers, from the first byte of the connection or the end of the request before. */
  readonly headersMs: number;
  /** For the whole request, with its body. */
  readonly requestMs: number;
  /** Between two requests on one connection. */
  readonly keepAliveMs: number;
  /** How long a connection may be open before it has sent anything. */
  readonly silentMs: number;
  /** Requests of one connection whose answers are not yet sent. */
  readonly maxPipelined: number;
  /** Of Node's requests, where they are more than Node's. */
  readonly requests: typeof IncomingMessage;
}

const usualBounds: ServerBounds = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000,
  silentMs: 10_000,
  maxPipelined: 100,
  requests: IncomingMessage,
};

/**
 * An HTTP server whose connections cost little, whatever their clients do or leave undone: each is closed that sends
 * nothing, or its request too slowly, or more requests than are being answered. Node's own bounds begin with the first
 * byte, so a silent connection is bounded here.
 */
export function boundedServer(listener: RequestListener, bounds: Partial<ServerBounds> = {}): Server {
  const { headersMs, requestMs, keepAliveMs, silentMs, maxPipelined, requests } = { ...usualBounds, ...bounds };
  const underWay = new WeakMap<Socket, number>();
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
      const { socket } = request;
      const count = (underWay.get(socket) ?? 0) + 1;
      underWay.set(socket, count);
      // None of them is read by a client that waits for its answers: the connection ends, and what was asked for on it.
      if (count > maxPipelined) return void socket.destroy();
      response.once('finish', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
      listener(request, response);
    },
  );
  server.maxHeadersCount = 100;
  server.on('connection', (socket: Socket) => {
    const silent = setTimeout(() => {
      if (socket.bytesRead === 0) socket.destroy();
    }, silentMs).unref();
    socket.once('close', () => clearTimeout(silent));
  });
  return server;
}
