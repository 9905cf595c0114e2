import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import Negotiator from 'negotiator';
import type { Logger } from 'pino';
import type { RunningChannel } from './gatewayRuntime.ts';
import type { HttpHandler } from '../transports/http/httpHandler.ts';
import type { DeviceRequests } from '../transports/http/deviceRequests.ts';
import { OfferingMessage } from '../transports/http/offeredUpgrade.ts';
import type { CrossOrigin } from '../transports/http/crossOrigin.ts';
import type { McpHandler } from '../transports/mcp/mcpHandler.ts';
import { errorBody, RestError } from '../rest/restError.ts';
import type { RestHandler } from '../transports/rest/restHandler.ts';
import { boundedHttp2, endConnectionAfter, type BoundedHttp2 } from '#platform/http/boundedHttp2.ts';
import { boundedServer } from '#platform/http/boundedServer.ts';
import { localUrl } from '#platform/http/localUrl.ts';
import { tlsDoor, type CertificateFiles } from '#platform/http/tlsDoor.ts';
import { originForm } from '#platform/http/originForm.ts';
import { requestTarget } from '../transports/requestTarget.ts';
import type { FileStore } from '#platform/files/fileStore.ts';
import { imagesPath, sendImage } from './images.ts';
import { sendPage, type Page } from './pages.ts';
import type { Sockets } from '../transports/webSocket/sockets.ts';

export const graphqlPath = '/graphql';
/** The paths of REST: their first part is a version. */
const restPath = /^\/v\d+\//;
/**
 * How long requests may take to finish after `close`: longer than the deadline of a request, and less than the 30 s in
 * which the sender of a SIGTERM expects the process to end.
 */
const finishWithinMs = 18_000;
/**
 * How long a closing channel still answers requests that arrive on existing connections, unless all are gone before;
 * each response says that the connection closes.
 */
const lastWordMs = 250;

const aYear = 31_536_000;

export interface GraphServerOptions {
  readonly name: string;
  readonly certificate: CertificateFiles | undefined;
  /** Whether browsers are told to come by TLS alone (HSTS). It holds for every port of the host's name. */
  readonly byTlsAlone: boolean;
  readonly http: HttpHandler;
  readonly sockets: Sockets;
  /** What answers at `/v1` and the like; undefined for a channel without REST. */
  readonly rest: RestHandler | undefined;
  /** What answers at `/device/…`; undefined for a channel that enrols no devices. */
  readonly devices: DeviceRequests | undefined;
  /** What answers at `/mcp`; undefined for a channel that offers nothing to assistants. */
  readonly mcp: McpHandler | undefined;
  /** The page that a browser gets which opens `/graphql`; without it there is none. */
  readonly explorer: (() => Promise<string>) | undefined;
  readonly crossOrigin: CrossOrigin;
  /** Whether the channel has more to do than it can, and refuses requests. */
  readonly isShedding: () => boolean;
  /** The subgraphs that did not answer when they were last asked. */
  readonly notAnswering: () => readonly string[];
  /** The channel's web pages by path, such as `/board`. */
  readonly pages: ReadonlyMap<string, Page>;
  /** The pictures that are served at `/images/`. */
  readonly files?: FileStore | undefined;
  readonly log: Logger;
}

function text(response: ServerResponse, status: number, type: string, body: string): void {
  response
    .writeHead(status, {
      'content-type': `${type}; charset=utf-8`,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    })
    .end(body);
}

/** It holds a token: a foreign page that shows it in a frame could have people press what they do not see. */
function sendExplorer(response: ServerResponse, page: string): void {
  response.setHeader('content-security-policy', "frame-ancestors 'none'");
  text(response, 200, 'text/html', page);
}

/** What is told at an address that is none: where there are routes, in the body of their errors. */
const noGraphql = { errors: [{ message: 'GraphQL is at /graphql.', extensions: { code: 'NOT_FOUND' } }] };
const noRoute = errorBody(
  new RestError(404, 'NOT_FOUND', 'Nothing is at this address. Routes begin with /v1: /v1/openapi.json has them all.'),
  false,
);

const wantsPage = (request: IncomingMessage, url: URL): boolean =>
  request.method === 'GET' &&
  new Negotiator(request).mediaTypes().includes('text/html') &&
  !url.searchParams.has('documentId') &&
  !url.searchParams.has('extensions');

/**
 * The HTTP server of a channel: `/graphql` over HTTP, as event streams and over WebSocket; the web pages;
 * `/health/live` and `/health/ready`.
 */
export class GraphServer {
  readonly #options: GraphServerOptions;
  readonly #server: Server;
  /** What answers HTTP/2, which browsers speak over TLS alone. */
  readonly #http2: BoundedHttp2 | undefined;
  /** What listens: the server itself, or what speaks TLS before it. */
  readonly #door: NetServer;
  /**
   * Connections on which no request has been made yet. Clients open some in advance, and nothing else would close them.
   */
  readonly #fresh = new Set<Socket>();
  /** Whether the channel still serves but announces that it is about to close. */
  #draining = false;
  #closesIdle = false;

  constructor(options: GraphServerOptions) {
    this.#options = options;
    const answer: RequestListener = (request, response) => {
      response.setHeader('x-content-type-options', 'nosniff');
      if (options.byTlsAlone) response.setHeader('strict-transport-security', `max-age=${aYear}`);
      if (this.#draining) endConnectionAfter(response);
      // A connection that was busy when closing began is idle after this response, and would be kept open for a next
      // request.
      else
        response.once('close', () => {
          if (this.#closesIdle) setImmediate(() => this.#server.closeIdleConnections());
        });
      this.#route(request, response).catch((error: unknown) => {
        options.log.error({ err: error }, 'a request failed');
        if (!response.headersSent)
          text(
            response,
            500,
            'application/json',
            '{"errors":[{"message":"Something went wrong on our side.","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}',
          );
        else response.destroy();
      });
    };
    this.#server = boundedServer(answer, { requests: OfferingMessage });
    this.#http2 = options.certificate && boundedHttp2(answer);
    const fresh = this.#fresh;
    /** One function for all sockets, which keep it for as long as they are open. */
    function forget(this: Socket): void {
      fresh.delete(this);
    }
    this.#server.on('connection', (socket: Socket) => {
      fresh.add(socket);
      socket.on('close', forget);
    });
    this.#server.on('upgrade', (request: IncomingMessage) => this.#fresh.delete(request.socket));
    options.sockets.attach(this.#server);
    this.#door = options.certificate
      ? tlsDoor(this.#server, options.certificate, { log: options.log, http2: this.#http2?.server })
      : this.#server;
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#fresh.delete(request.socket);
    const target = requestTarget(request.url);
    switch (target?.path) {
      case graphqlPath:
        if (this.#options.explorer && wantsPage(request, target.url))
          return sendExplorer(response, await this.#options.explorer());
        return this.#options.crossOrigin.handle(request, response, () =>
          this.#options.http.handle(request, response, target.url),
        );
      case '/health/live':
        return text(response, 200, 'application/json', '{"status":"live"}');
      case '/health/ready':
        return this.#draining
          ? text(response, 503, 'application/json', '{"status":"closing"}')
          : text(response, 200, 'application/json', this.#readiness());
      default: {
        const { rest, devices, crossOrigin, mcp } = this.#options;
        if (mcp && target?.path === '/mcp')
          return crossOrigin.handle(request, response, () => mcp.handle(request, response));
        if (target && devices?.takes(target.path)) return devices.handle(request, response, target.path);
        const url = originForm(request.url);
        if (rest && restPath.test(url)) {
          request.url = url;
          return crossOrigin.handle(request, response, () => rest.handle(request, response));
        }
        const page = this.#options.pages.get(target?.path ?? '');
        if (page) return sendPage(request, response, page);
        const { files } = this.#options;
        if (files && target?.path.startsWith(imagesPath))
          return sendImage(request, response, files, target.path.slice(imagesPath.length));
        return text(response, 404, 'application/json', JSON.stringify(rest ? noRoute : noGraphql));
      }
    }
  }

  /**
   * A channel that is busy, or lacks a subgraph, stays in the rotation: the replicas that would be left are as busy,
   * and what other subgraphs answer is still answered.
   */
  #readiness(): string {
    const notAnswering = this.#options.notAnswering();
    return JSON.stringify({
      status: this.#options.isShedding() ? 'shedding' : 'ready',
      ...(notAnswering.length > 0 && { notAnswering }),
    });
  }

  /**
   * Starts to listen. `onClose` is awaited at the end of `close`. Rejects with the error of the system when the port
   * cannot be used, such as EADDRINUSE.
   */
  async listen(
    port: number,
    host: string | undefined,
    onClose: () => Promise<void>,
  ): Promise<Omit<RunningChannel, 'reload'>> {
    await new Promise<void>((resolve, reject) => {
      this.#door.once('error', reject);
      // A long queue, for the moment when many clients reconnect at once.
      this.#door.listen({ port, host, backlog: 4_096 }, () => {
        this.#door.off('error', reject);
        resolve();
      });
    });
    const { port: taken } = this.#door.address() as AddressInfo;
    return {
      name: this.#options.name,
      port: taken,
      url: `${localUrl(this.#door)}${graphqlPath}`,
      drain: () => {
        this.#draining = true;
      },
      close: async () => {
        this.#draining = true;
        // After a turn of the event loop, connections that the kernel has accepted for us have been taken over.
        // Otherwise they would be reset.
        await turn();
        // The `close` of `http.Server` would also close idle connections at once, on which a request may be arriving.
        const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(this.#door, () => resolve()));
        this.#options.rest?.close();
        await Promise.all([
          this.#options.http.close(),
          this.#options.sockets.close(),
          Promise.race([pause(lastWordMs), closed]),
        ]);
        await turn();
        this.#closesIdle = true;
        this.#fresh.forEach((socket) => socket.destroy());
        this.#server.closeIdleConnections();
        this.#http2?.endSessions();
        const cut = setTimeout(() => {
          this.#server.closeAllConnections();
          this.#http2?.cutSessions();
        }, finishWithinMs);
        await closed;
        clearTimeout(cut);
        await onClose();
      },
    };
  }
}
