import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import { CloseCode, handleProtocols, makeServer, type Context, type Server as ProtocolServer, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Principal } from '#platform/identity/principal.ts';
import { newTraceparent } from '#platform/telemetry/trace.ts';
import type { CallerLimits, Release } from './callerLimits.ts';
import type { StreamPolicy } from './channelManifest.ts';
import type { ClientIdentity } from './clientIdentity.ts';
import type { PreparedDocument } from './documents.ts';
import { unexpectedError } from './errors.ts';
import { operationRequest } from './operationRequest.ts';
import { parseJson } from './parseJson.ts';
import type { LiveGraph } from './liveGraph.ts';
import type { Caller } from './pipeline.ts';
import { Refusal } from './refusal.ts';
import { SessionToken } from './sessionToken.ts';
import { SocketConnection } from './socketConnection.ts';
import { SocketStream } from './socketStream.ts';
import type { StreamSink } from './streams/streamSink.ts';
import type { CheckedRequest, OpenedSubscription, Subscriptions } from './streams/subscriptions.ts';
import { UpgradeQueue } from './upgradeQueue.ts';

export interface SocketOptions {
  readonly path: string;
  readonly live: LiveGraph;
  /** Undefined where there is no event bus: subscriptions are refused. */
  readonly subscriptions: Subscriptions | undefined;
  readonly clients: ClientIdentity;
  readonly callerOf: (principal: Principal, traceparent: string, authorization: string | undefined) => Caller;
  readonly maxFrameBytes: number;
  readonly policy: StreamPolicy;
  readonly limits: CallerLimits;
  readonly log: Logger;
}

/** What a socket knows of its client. */
interface SocketExtra {
  readonly connection: SocketConnection;
  readonly session: SessionToken;
  counted?: Release;
}

/** An operation that may run; `checked`, if it is a subscription. */
interface Admitted {
  readonly id: string;
  readonly extra: SocketExtra;
  readonly prepared: PreparedDocument;
  readonly variables: Record<string, unknown>;
  readonly checked?: CheckedRequest;
  readonly traceparent: string;
}

/** Of a connection. */
interface SocketState {
  /** Messages in hand, among them every operation that runs. */
  operations: number;
  readonly streams: Set<SocketStream>;
  readonly oldAt: number;
}

type SocketContext = Context<Record<string, unknown>, SocketExtra>;

const tryAgainLater = 1013;
const goingAway = 1001;
const lookEveryMs = 1_000;
const closeGraceMs = 1_000;
/** A closing channel sends away so many at most in a moment of so long, each with the next moment's to come. */
const drainStepMs = 10;
const drainPerStep = 10;

/** The value of an `Authorization` header, from the payload of `connection_init` or `ping`. */
function authorizationOf(payload: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const value = payload?.['authorization'] ?? payload?.['Authorization'];
  return typeof value === 'string' ? value : undefined;
}

/**
 * graphql-transport-ws at the channel's path; see `gateway/PROTOCOL.md`. The same documents, limits and checks as over HTTP. Closes with 4401 when
 * something is asked before `connection_init`, 4403 when the token is bad, of another channel's role, or over; 1009 for an oversized frame; 1013 when
 * there are too many connections.
 */
export class Sockets {
  readonly #options: SocketOptions;
  readonly #server: WebSocketServer;
  readonly #protocol: ProtocolServer<SocketExtra>;
  readonly #open = new Map<SocketConnection, SocketState>();
  readonly #upgrades: UpgradeQueue;
  readonly #timers: NodeJS.Timeout[];

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({ noServer: true, maxPayload: options.maxFrameBytes, perMessageDeflate: false, handleProtocols });
    this.#upgrades = new UpgradeQueue(options.policy.maxWaitingUpgrades);
    this.#protocol = makeServer<Record<string, unknown>, SocketExtra>({
      connectionInitWaitTimeout: 10_000,
      onConnect: (context) => this.#connect(context),
      onSubscribe: (context, id, payload) => this.#admit(context, id, payload),
      execute: (args) => this.#execute(args),
      subscribe: (args) => this.#subscribe(args),
      onClose: ({ extra }) => {
        extra.session.end();
        extra.counted?.();
      },
    });
    // One timer for all sockets: one for each costs when they are many.
    this.#timers = [setInterval(() => this.#ping(), options.policy.pingMs).unref(), setInterval(() => this.#cutOffStalled(), lookEveryMs).unref()];
  }

  /** Takes upgrades at the path from an HTTP server. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (request.url?.split('?')[0] !== this.#options.path) {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
        return;
      }
      const release = this.#options.limits.open();
      const isTaken = release && this.#upgrades.add(() => {
        if (!socket.destroyed) this.#server.handleUpgrade(request, socket, head, (client) => this.#begin(client, socket as Socket));
      });
      if (!isTaken) {
        release?.();
        socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\r\n');
        return;
      }
      // Before it is taken, nobody else hears what goes wrong with it.
      socket.on('error', () => socket.destroy());
      socket.once('close', release);
    });
  }

  /** Closes every socket with 1001, a few at a time, so that those who come back elsewhere do not come all at once; those that do not answer are cut. */
  async close(): Promise<void> {
    this.#timers.forEach((timer) => clearInterval(timer));
    const clients = [...this.#server.clients];
    const perStep = Math.max(drainPerStep, Math.ceil(clients.length * drainStepMs / this.#options.policy.drainMs));
    while (clients.length > 0) {
      for (const client of clients.splice(0, perStep)) client.close(goingAway, 'Going away');
      if (clients.length > 0) await new Promise((resolve) => setTimeout(resolve, drainStepMs));
    }
    // Those that came while it was closing.
    for (const client of this.#server.clients) client.close(goingAway, 'Going away');
    const cut = setTimeout(() => this.#server.clients.forEach((client) => client.terminate()), closeGraceMs);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    clearTimeout(cut);
  }

  #ping(): void {
    const now = performance.now();
    for (const [connection, { operations, oldAt }] of this.#open) {
      if (connection.isIdle(now, operations)) connection.client.close(1000, 'Idle');
      else if (now > oldAt) connection.client.close(goingAway, 'Connect again');
      connection.ping();
    }
  }

  /** Bounded in time for each, in bytes for all: who holds the most goes first. */
  #cutOffStalled(): void {
    const now = performance.now();
    let unread = 0;
    for (const connection of [...this.#open.keys()]) {
      if (connection.isStalled(now)) connection.cut();
      else unread += connection.unreadBytes;
    }
    if (unread <= this.#options.policy.maxUnreadBytes) return;
    for (const connection of [...this.#open.keys()].sort((a, b) => b.unreadBytes - a.unreadBytes)) {
      if (unread <= this.#options.policy.maxUnreadBytes) return;
      unread -= connection.unreadBytes;
      connection.cut();
    }
  }

  #begin(client: WebSocket, raw: Socket): void {
    const { clients, policy, log } = this.#options;
    const over = (code: number, reason: string): void => {
      if (this.#open.delete(connection)) void closed(code, reason);
    };
    const connection = new SocketConnection(client, raw, policy, () => over(1006, 'cut off'));
    const session = new SessionToken(clients, () => client.close(CloseCode.Forbidden, 'The token is over'));
    const state: SocketState = { operations: 0, streams: new Set(), oldAt: performance.now() + policy.maxAgeMs * (0.9 + Math.random() / 5) };
    this.#open.set(connection, state);
    client.on('error', (error) => log.debug({ err: error }, 'a socket failed'));
    const closed = this.#protocol.opened({
      protocol: client.protocol,
      send: (data) => connection.send(data),
      close: (code, reason) => client.close(code, reason),
      onPing: (payload) => this.#pong(connection, session, payload),
      onMessage: (handle) => client.on('message', (data) => {
        state.operations += 1;
        void this.#message(client, String(data), handle).finally(() => { state.operations -= 1; });
      }),
    }, { connection, session });
    client.once('close', (code, reason) => over(code, String(reason)));
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

  /** A ping that brings a token renews the session's, and is told whether it did. Any other comes back as it is. */
  async #pong(connection: SocketConnection, session: SessionToken, payload: Record<string, unknown> | undefined): Promise<void> {
    const authorization = authorizationOf(payload);
    const answer = authorization === undefined ? payload : { accepted: await session.renew(authorization) };
    if (authorization !== undefined) this.#open.get(connection)?.streams.forEach((stream) => stream.renewed());
    await connection.send(JSON.stringify({ type: 'pong', ...(answer ? { payload: answer } : {}) }));
  }

  async #connect({ extra, connectionParams }: SocketContext): Promise<boolean> {
    const { session, connection } = extra;
    try {
      extra.counted = this.#options.limits.connection(await session.begin(authorizationOf(connectionParams)));
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
    if (!extra.counted) connection.client.close(tryAgainLater, 'Too many connections');
    // It may have gone while its token was looked at.
    if (connection.client.readyState === connection.client.CLOSED) {
      session.end();
      extra.counted?.();
    }
    return true;
  }

  async #admit({ extra, subscriptions: running }: SocketContext, id: string, payload: SubscribePayload): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { policy, live, subscriptions } = this.#options;
    const { graph, admission, pipeline } = live.current;
    const traceparent = newTraceparent();
    try {
      if (Object.keys(running).length > policy.maxSubscriptionsPerSocket) {
        throw Refusal.of('document', 'TOO_MANY_REQUESTS', `A socket may have ${policy.maxSubscriptionsPerSocket} operations at once.`);
      }
      const request = operationRequest(payload);
      const { prepared } = admission.admit(request);
      const isStream = prepared.operation.operation === 'subscription';
      if (isStream && !subscriptions) throw Refusal.of('document', 'BAD_REQUEST', 'There are no streams here.');
      const admitted: Admitted = {
        id, extra, prepared, traceparent, variables: isStream ? {} : pipeline.coerce(prepared, request.variables),
        checked: isStream ? subscriptions?.check({ prepared, variables: request.variables, resumeFrom: request.extensions['resumeFrom'], principal: () => extra.session.principal }) : undefined,
      };
      return { schema: graph.apiSchema, document: prepared.document, operationName: prepared.operationName, contextValue: admitted, rootValue: undefined };
    } catch (error) {
      if (error instanceof Refusal) return error.errors;
      return [unexpectedError(error, traceparent, this.#options.log)];
    }
  }

  async #execute(args: ExecutionArgs): Promise<ExecutionResult> {
    const { prepared, variables, extra: { session }, traceparent } = args.contextValue as Admitted;
    try {
      return await this.#options.live.current.pipeline.run(prepared, variables, this.#options.callerOf(session.principal, traceparent, session.authorization));
    } catch (error) {
      return { errors: [unexpectedError(error, traceparent, this.#options.log)] };
    }
  }

  async #subscribe(args: ExecutionArgs): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
    const { checked, extra: { connection }, id, traceparent } = args.contextValue as Admitted;
    const stream = new SocketStream(connection, id);
    const streams = this.#open.get(connection)?.streams;
    try {
      streams?.add(stream);
      const opened = await openCounted(this.#options.subscriptions!, checked!, stream, this.#options.limits, () => streams?.delete(stream));
      return 'start' in opened ? stream.runs(opened) : opened;
    } catch (error) {
      return { errors: error instanceof Refusal ? error.errors : [unexpectedError(error, traceparent, this.#options.log)] };
    }
  }
}

/** Opens a stream that counts against its caller's limit until it ends, which `onEnd` is told, too. @throws Refusal */
export async function openCounted(
  subscriptions: Subscriptions, checked: CheckedRequest, sink: StreamSink, limits: CallerLimits, onEnd: () => void = () => undefined,
): Promise<OpenedSubscription | ExecutionResult> {
  const counted = limits.subscription(checked.request.principal());
  const release = () => {
    counted?.();
    onEnd();
  };
  try {
    if (!counted) throw Refusal.of('document', 'TOO_MANY_REQUESTS', 'You have too many subscriptions open. End some first.');
    const opened = await subscriptions.open(checked, sink, release);
    if (!('start' in opened)) release();
    return opened;
  } catch (error) {
    release();
    throw error;
  }
}
