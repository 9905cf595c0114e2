import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import { CloseCode, handleProtocols, makeServer, type Context, type Server as ProtocolServer, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Principal } from '#platform/identity/principal.ts';
import { newTraceparent } from '#platform/telemetry/trace.ts';
import type { Admission } from './admission.ts';
import type { StreamPolicy } from './channelManifest.ts';
import type { ClientIdentity } from './clientIdentity.ts';
import type { PreparedDocument } from './documents.ts';
import { unexpectedError } from './errors.ts';
import { operationRequest } from './operationRequest.ts';
import { parseJson } from './parseJson.ts';
import type { Caller, Pipeline } from './pipeline.ts';
import { Refusal } from './refusal.ts';
import type { Subscriptions } from './streams/subscriptions.ts';

export interface SocketOptions {
  readonly path: string;
  readonly admission: Admission;
  readonly pipeline: Pipeline;
  /** Undefined where there is no event bus: subscriptions are refused. */
  readonly subscriptions: Subscriptions | undefined;
  readonly clients: ClientIdentity;
  readonly callerOf: (principal: Principal, traceparent: string, authorization: string | undefined) => Caller;
  readonly maxFrameBytes: number;
  readonly policy: StreamPolicy;
  readonly apiSchema: ExecutionArgs['schema'];
  readonly log: Logger;
}

/** What a socket knows of its client once it was acknowledged. */
interface SocketExtra {
  readonly socket: WebSocket;
  principal?: Principal;
  authorization?: string;
  expiry?: NodeJS.Timeout;
}

interface Admitted {
  readonly prepared: PreparedDocument;
  readonly variables: Record<string, unknown>;
  readonly caller: Caller;
}

type SocketContext = Context<Record<string, unknown>, SocketExtra>;

const longestTimer = 2 ** 31 - 1;
const pingEveryMs = 12_000;
const closeGraceMs = 1_000;

/** The value of an `Authorization` header, from the payload of `connection_init`. */
function authorizationOf(payload: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const value = payload?.['authorization'] ?? payload?.['Authorization'];
  return typeof value === 'string' ? value : undefined;
}

/**
 * graphql-transport-ws at the channel's path. The same documents, limits and checks as over HTTP. Closes with 4401 when something is asked
 * before `connection_init`, 4403 when the token is bad, of another channel's role, or over; 1009 for an oversized frame.
 */
export class Sockets {
  readonly #options: SocketOptions;
  readonly #server: WebSocketServer;
  readonly #protocol: ProtocolServer<SocketExtra>;
  /** Sockets that answered the last ping. */
  readonly #alive = new WeakSet<WebSocket>();
  readonly #sweep: NodeJS.Timeout;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({ noServer: true, maxPayload: options.maxFrameBytes, perMessageDeflate: false, handleProtocols });
    this.#protocol = makeServer<Record<string, unknown>, SocketExtra>({
      connectionInitWaitTimeout: 10_000,
      onConnect: (context) => this.#connect(context),
      onSubscribe: (context, _id, payload) => this.#admit(context, payload),
      execute: (args) => this.#execute(args),
      subscribe: (args) => this.#subscribe(args),
      onClose: ({ extra }) => clearTimeout(extra.expiry),
    });
    // One timer for all sockets: one for each costs when they are many.
    this.#sweep = setInterval(() => this.#ping(), pingEveryMs).unref();
  }

  /** Takes upgrades at the path from an HTTP server. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (request.url?.split('?')[0] !== this.#options.path) {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
        return;
      }
      this.#server.handleUpgrade(request, socket, head, (client) => this.#open(client));
    });
  }

  /** Ends every stream and closes every socket with 1001; those that do not answer are cut. */
  async close(): Promise<void> {
    clearInterval(this.#sweep);
    for (const client of this.#server.clients) client.close(1001, 'Going away');
    const cut = setTimeout(() => this.#server.clients.forEach((client) => client.terminate()), closeGraceMs);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    clearTimeout(cut);
  }

  #ping(): void {
    for (const client of this.#server.clients) {
      if (!this.#alive.delete(client)) client.terminate();
      else client.ping();
    }
  }

  #open(client: WebSocket): void {
    this.#alive.add(client);
    client.on('pong', () => this.#alive.add(client));
    client.on('error', (error) => this.#options.log.debug({ err: error }, 'a socket failed'));
    const closed = this.#protocol.opened({
      protocol: client.protocol,
      send: (data) => new Promise((resolve) => (client.readyState === client.OPEN ? client.send(data, () => resolve()) : resolve())),
      close: (code, reason) => client.close(code, reason),
      onMessage: (handle) => client.on('message', (data) => void this.#message(client, String(data), handle)),
    }, { socket: client });
    client.once('close', (code, reason) => void closed(code, String(reason)));
  }

  async #message(client: WebSocket, text: string, handle: (text: string) => Promise<void>): Promise<void> {
    try {
      // What would be refused in a body is refused in a frame.
      parseJson(text);
    } catch {
      client.close(CloseCode.BadRequest, 'Invalid message received');
      return;
    }
    try {
      await handle(text);
    } catch (error) {
      this.#options.log.error({ err: error }, 'a message of a socket failed');
      client.close(CloseCode.InternalServerError, 'Internal server error');
    }
  }

  async #connect({ extra, connectionParams }: SocketContext): Promise<boolean> {
    const authorization = authorizationOf(connectionParams);
    try {
      const { principal, expiresAt } = await this.#options.clients.authenticate(authorization);
      extra.principal = principal;
      if (authorization !== undefined) extra.authorization = authorization;
      if (expiresAt) this.#closeAt(extra, expiresAt);
      return true;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  #closeAt(extra: SocketExtra, expiresAt: Date): void {
    const left = expiresAt.getTime() - Date.now();
    extra.expiry = setTimeout(() => (left > longestTimer ? this.#closeAt(extra, expiresAt) : closeForbidden(extra.socket)), Math.min(Math.max(0, left), longestTimer));
    extra.expiry.unref();
  }

  async #admit(context: SocketContext, payload: SubscribePayload): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { extra } = context;
    const traceparent = newTraceparent();
    try {
      if (Object.keys(context.subscriptions).length > this.#options.policy.maxSubscriptionsPerSocket) {
        throw Refusal.of('document', 'TOO_MANY_REQUESTS', `A socket may have ${this.#options.policy.maxSubscriptionsPerSocket} operations at once.`);
      }
      const request = operationRequest(payload);
      const { prepared } = this.#options.admission.admit(request);
      const variables = this.#options.pipeline.coerce(prepared, request.variables);
      if (prepared.operation.operation === 'subscription') {
        if (!this.#options.subscriptions) throw Refusal.of('document', 'BAD_REQUEST', 'There are no streams here.');
        this.#options.subscriptions.prepare(prepared);
      }
      const admitted: Admitted = { prepared, variables, caller: this.#options.callerOf(extra.principal!, traceparent, extra.authorization) };
      return { schema: this.#options.apiSchema, document: prepared.document, operationName: prepared.operationName, contextValue: admitted, rootValue: undefined };
    } catch (error) {
      if (error instanceof Refusal) return error.errors;
      return [unexpectedError(error, traceparent, this.#options.log)];
    }
  }

  async #execute(args: ExecutionArgs): Promise<ExecutionResult> {
    const { prepared, variables, caller } = args.contextValue as Admitted;
    try {
      return await this.#options.pipeline.run(prepared, variables, caller);
    } catch (error) {
      return { errors: [unexpectedError(error, caller.traceparent, this.#options.log)] };
    }
  }

  async #subscribe(args: ExecutionArgs): Promise<AsyncGenerator<ExecutionResult> | ExecutionResult> {
    const { prepared, variables, caller } = args.contextValue as Admitted;
    try {
      return await this.#options.subscriptions!.open(prepared, variables, caller);
    } catch (error) {
      return { errors: error instanceof Refusal ? error.errors : [unexpectedError(error, caller.traceparent, this.#options.log)] };
    }
  }
}

const closeForbidden = (socket: WebSocket): void => socket.close(CloseCode.Forbidden, 'The token is over');
