import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { Conversation, type ConversationParts } from './conversation.ts';
import { SocketConnection, type ConnectionOwner, type CutReason } from './socketConnection.ts';
import { Turnstile } from './turnstile.ts';
import type { AddressOf } from '../http/clientAddress.ts';
import type { CrossOrigin } from '../http/crossOrigin.ts';
import type { Reservation } from '../../access/callerLimits.ts';
import { requestTarget } from '../requestTarget.ts';
import { sendAway } from '../sendAway.ts';
import { visitInTurn } from '../visitInTurn.ts';

export interface SocketOptions extends ConversationParts {
  readonly path: string;
  readonly maxFrameBytes: number;
  readonly crossOrigin: CrossOrigin;
  readonly addressOf: AddressOf;
}

const goingAway = 1001;
/** How often tokens, stalled clients and the memory for unread output are checked. */
const checkEveryMs = 1_000;
/** How long a client may take to send `connection_init`. */
const initWithinMs = 10_000;
/** How long a client may take to answer a close before it is cut off. */
const closeGraceMs = 1_000;

/** A connected client. */
interface Peer {
  readonly connection: SocketConnection;
  readonly conversation: Conversation;
  readonly beganAt: number;
  /** When it is closed for its age, so that it reconnects, maybe to another replica. */
  readonly closesAt: number;
}

/**
 * The WebSockets of a channel, at its path; see `gateway/PROTOCOL.md`. Documents, limits and checks are the same as
 * over HTTP. Closes with 4401 if an operation is sent before `connection_init`; with 4403 if the token is invalid,
 * expired or revoked, or its role may not use the channel; with 1009 for an oversized frame; with 1013 if there are too
 * many connections; with 1001 when the channel closes, or a connection has reached its maximum age.
 */
export class Sockets implements ConnectionOwner {
  readonly #options: SocketOptions;
  readonly #server: WebSocketServer;
  readonly #peers = new Map<WebSocket, Peer>();
  /** Connections whose clients have output to read, and some that had it a second ago. */
  readonly #waiting = new Set<SocketConnection>();
  readonly #listeners: ReturnType<typeof listenersOf>;
  readonly #turnstile: Turnstile;
  readonly #timers: NodeJS.Timeout[];
  #isClosing = false;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#listeners = listenersOf(this.#peers, options.log, (client) => this.#end(client));
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: options.maxFrameBytes,
      perMessageDeflate: false,
      handleProtocols,
      clientTracking: false,
      // Only one frame of each connection, of whatever kind, is handled in a turn of the event loop, so that other
      // connections get their turn. Further frames wait in the kernel.
      allowSynchronousEvents: false,
    });
    this.#turnstile = new Turnstile(options.policy.maxWaitingUpgrades);
    // These timers serve all sockets: a timer for each socket would cost too much with many of them.
    this.#timers = [
      visitInTurn(this.#peers, options.policy.pingMs, (peer) => this.#ping(peer)),
      visitInTurn(this.#peers, checkEveryMs, (peer) => this.#check(peer)),
      setInterval(() => this.#checkWaiting(), checkEveryMs).unref(),
    ];
  }

  /** How many sockets are open. */
  get count(): number {
    return this.#peers.size;
  }

  /** The bytes that wait for all clients together to read. */
  get unreadBytes(): number {
    let sum = 0;
    for (const connection of this.#waiting) sum += connection.unreadBytes;
    return sum;
  }

  /** How many upgrades are waiting. */
  get upgradesQueued(): number {
    return this.#turnstile.entries;
  }

  /** Handles the upgrade requests of an HTTP server. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (requestTarget(request.url)?.path !== this.#options.path) {
        refuseUpgrade(socket, '404 Not Found');
        return;
      }
      if (!this.#options.crossOrigin.admits(request)) {
        refuseUpgrade(socket, '403 Forbidden');
        return;
      }
      // Without the subprotocol the client would be connected and never get an answer that it understands.
      if (!handleProtocols(request.headers['sec-websocket-protocol'] ?? '')) {
        refuseUpgrade(socket, `400 Bad Request\r\nSec-WebSocket-Protocol: ${GRAPHQL_TRANSPORT_WS_PROTOCOL}`);
        return;
      }
      // The channel is closing: the client can connect to another replica. A socket that opened now would not be closed
      // by `close`.
      if (this.#isClosing) {
        refuseUpgrade(socket, '503 Service Unavailable');
        return;
      }
      const slot = this.#options.limits.reserveSlot(this.#options.addressOf(request));
      const isTaken = slot !== undefined && this.#turnstile.enter(() => this.#upgrade(request, socket, head));
      if (!isTaken) {
        slot?.release();
        this.#options.metrics.refused(slot ? 'overload' : 'full');
        refuseUpgrade(socket, '503 Service Unavailable\r\nRetry-After: 5');
        return;
      }
      releaseOnClose(socket, slot);
    });
  }

  /** To be called when access was revoked: closes the sockets of the callers concerned. */
  endRevoked(): void {
    for (const peer of this.#peers.values()) if (peer.conversation.isRevoked) this.#revoke(peer);
  }

  /**
   * Closes every socket with 1001, a few at a time, so that not all clients reconnect at once. Clients that do not
   * answer the close are cut off.
   */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#timers.forEach((timer) => clearInterval(timer));
    await sendAway(this.#peers, {
      withinMs: this.#options.policy.drainMs,
      tell: ({ connection }) => connection.client.close(goingAway, 'Going away'),
      cut: ({ connection }) => connection.cut('closing'),
    });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#isClosing) refuseUpgrade(socket, '503 Service Unavailable');
    else if (!socket.destroyed)
      this.#server.handleUpgrade(request, socket, head, (client) => this.#begin(client, socket as Socket, request));
  }

  #begin(client: WebSocket, raw: Socket, request: IncomingMessage): void {
    const { policy, addressOf } = this.#options;
    const now = performance.now();
    const connection = new SocketConnection(client, raw, addressOf(request), policy, this);
    const conversation = new Conversation(this.#options, this.#turnstile, connection);
    this.#peers.set(client, {
      connection,
      conversation,
      beganAt: now,
      closesAt: now + policy.maxAgeMs * (0.9 + Math.random() / 5),
    });
    const { message, pong, error, close } = this.#listeners;
    client.on('message', message).on('pong', pong).on('error', error).on('close', close);
  }

  waits(connection: SocketConnection): void {
    this.#waiting.add(connection);
  }

  wasCut({ client }: SocketConnection, reason: CutReason): void {
    if (reason !== 'closing') this.#options.metrics.evicted(reason);
    this.#end(client);
  }

  #end(client: WebSocket): void {
    const peer = this.#peers.get(client);
    this.#peers.delete(client);
    if (peer) this.#waiting.delete(peer.connection);
    peer?.conversation.end();
  }

  /** Ends the client's operations at once, so that nothing more is queued for a client that does not read. */
  #revoke({ connection }: Peer): void {
    connection.client.close(CloseCode.Forbidden, 'Access was revoked');
    this.#end(connection.client);
    setTimeout(() => connection.cut('closing'), closeGraceMs).unref();
  }

  #ping({ connection, conversation, closesAt }: Peer): void {
    const now = performance.now();
    if (connection.isIdle(now, conversation.operations)) connection.client.close(1000, 'Idle');
    else if (now > closesAt) connection.client.close(goingAway, 'Connect again');
    connection.ping();
  }

  /** Enforces the limits of time of one client: token and initialisation. */
  #check(peer: Peer): void {
    const { connection, conversation, beganAt } = peer;
    const now = performance.now();
    if (conversation.isRevoked) this.#revoke(peer);
    else if (conversation.isExpired(Date.now())) connection.client.close(CloseCode.Forbidden, 'The token is over');
    else if (conversation.isUninitialised && now - beganAt > initWithinMs)
      connection.client.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout');
  }

  #checkWaiting(): void {
    const now = performance.now();
    for (const connection of this.#waiting) if (!connection.checkWaiting(now)) this.#waiting.delete(connection);
    this.#limitUnread();
  }

  /** Keeps the unread output of all clients within the limit: the clients with the most are cut off first. */
  #limitUnread(): void {
    let unread = this.unreadBytes;
    if (unread <= this.#options.policy.maxUnreadBytes) return;
    for (const connection of [...this.#waiting].sort((a, b) => b.unreadBytes - a.unreadBytes)) {
      if (unread <= this.#options.policy.maxUnreadBytes) return;
      unread -= connection.unreadBytes;
      connection.cut('memory');
    }
  }
}

/** The same functions listen to all sockets: each would keep its own for as long as it is open. */
const listenersOf = (peers: ReadonlyMap<WebSocket, Peer>, log: Logger, end: (client: WebSocket) => void) => ({
  message(this: WebSocket, data: RawData, isBinary: boolean): void {
    peers.get(this)?.conversation.handleFrame(isBinary ? undefined : String(data));
  },
  pong(this: WebSocket): void {
    peers.get(this)?.connection.answered();
  },
  error: (error: Error): void => log.debug({ err: error }, 'a socket failed'),
  close(this: WebSocket): void {
    end(this);
  },
});

/**
 * Refuses an upgrade and destroys the connection. Waiting for the client to close its side would keep a half-closed
 * connection open.
 */
function refuseUpgrade(socket: Duplex, answer: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${answer}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
}

/**
 * Releases a connection's place when it closes. It is a function of its own so that the socket's listeners keep nothing
 * else in memory.
 */
function releaseOnClose(socket: Duplex, slot: Reservation): void {
  // Until the upgrade nobody else handles the socket's errors.
  socket.on('error', destroyIt);
  socket.on('close', () => slot.release());
}

function destroyIt(this: Duplex): void {
  this.destroy();
}
