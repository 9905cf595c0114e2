import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { Conversation, type ConversationParts } from './conversation.ts';
import { SocketConnection } from './socketConnection.ts';
import { Turnstile } from './turnstile.ts';
import type { CrossOrigin } from '../http/crossOrigin.ts';
import { requestTarget } from '../requestTarget.ts';
import { sendAway } from '../sendAway.ts';
import { visitInTurn } from '../visitInTurn.ts';

export interface SocketOptions extends ConversationParts {
  readonly path: string;
  readonly maxFrameBytes: number;
  readonly crossOrigin: CrossOrigin;
}

const goingAway = 1001;
const lookEveryMs = 1_000;
const initWithinMs = 10_000;
const closeGraceMs = 1_000;

/** One client that is connected. */
interface Peer {
  readonly connection: SocketConnection;
  readonly conversation: Conversation;
  readonly beganAt: number;
  /** When it is sent round. */
  readonly oldAt: number;
}

/**
 * The WebSockets of a channel, at its path; see `gateway/PROTOCOL.md`. The same documents, limits and checks as over
 * HTTP. Closes with 4401 when something is asked before `connection_init`, 4403 when the token is bad, of another
 * channel's role, over, or revoked; 1009 for an oversized frame; 1013 when there are too many connections; 1001 when it
 * closes, or a connection is old.
 */
export class Sockets {
  readonly #options: SocketOptions;
  readonly #server: WebSocketServer;
  readonly #peers = new Map<WebSocket, Peer>();
  readonly #turnstile: Turnstile;
  readonly #timers: NodeJS.Timeout[];
  #isClosing = false;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: options.maxFrameBytes,
      perMessageDeflate: false,
      handleProtocols,
      clientTracking: false,
      // One frame of a connection in a turn of the event loop, whatever its kind; what comes meanwhile waits in the
      // kernel. Others are served between.
      allowSynchronousEvents: false,
    });
    this.#turnstile = new Turnstile(options.policy.maxWaitingUpgrades);
    // Timers for all sockets: one for each costs when they are many.
    this.#timers = [
      visitInTurn(this.#peers, options.policy.pingMs, (peer) => this.#ping(peer)),
      visitInTurn(this.#peers, lookEveryMs, (peer) => this.#look(peer)),
      setInterval(() => this.#bound(), lookEveryMs).unref(),
    ];
  }

  get count(): number {
    return this.#peers.size;
  }

  get unreadBytes(): number {
    let sum = 0;
    for (const { connection } of this.#peers.values()) sum += connection.unreadBytes;
    return sum;
  }

  /** That wait to be taken. */
  get upgradesQueued(): number {
    return this.#turnstile.entries;
  }

  /** Takes upgrades at the path from an HTTP server. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (requestTarget(request.url)?.path !== this.#options.path) {
        hangUp(socket, '404 Not Found');
        return;
      }
      if (!this.#options.crossOrigin.admits(request)) {
        hangUp(socket, '403 Forbidden');
        return;
      }
      // Let in, it would wait for an answer in a language that nobody speaks here.
      if (!handleProtocols(request.headers['sec-websocket-protocol'] ?? '')) {
        hangUp(socket, `400 Bad Request\r\nSec-WebSocket-Protocol: ${GRAPHQL_TRANSPORT_WS_PROTOCOL}`);
        return;
      }
      // It comes back elsewhere; taken now, nobody would send it away any more.
      if (this.#isClosing) {
        hangUp(socket, '503 Service Unavailable');
        return;
      }
      const release = this.#options.limits.reserveSlot();
      const isTaken = release !== undefined && this.#turnstile.enter(() => this.#upgrade(request, socket, head));
      if (!isTaken) {
        release?.();
        this.#options.metrics.refused(release ? 'overload' : 'full');
        hangUp(socket, '503 Service Unavailable\r\nRetry-After: 5');
        return;
      }
      expectEnd(socket, release);
    });
  }

  /** To be called when access was revoked: whoever is meant is told nothing more, and has to go. */
  endRevoked(): void {
    for (const peer of this.#peers.values()) if (peer.conversation.isRevoked) this.#revoke(peer);
  }

  /** Closes every socket with 1001, a few at a time; those that do not answer are cut. */
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
    if (this.#isClosing) hangUp(socket, '503 Service Unavailable');
    else if (!socket.destroyed)
      this.#server.handleUpgrade(request, socket, head, (client) => this.#begin(client, socket as Socket));
  }

  #begin(client: WebSocket, raw: Socket): void {
    const { policy, log } = this.#options;
    const now = performance.now();
    const connection = new SocketConnection(client, raw, policy, (reason) => {
      if (reason !== 'closing') this.#options.metrics.evicted(reason);
      this.#end(client);
    });
    const conversation = new Conversation(this.#options, this.#turnstile, connection);
    this.#peers.set(client, {
      connection,
      conversation,
      beganAt: now,
      oldAt: now + policy.maxAgeMs * (0.9 + Math.random() / 5),
    });
    client.on('error', (error) => log.debug({ err: error }, 'a socket failed'));
    client.on('message', (data, isBinary) => conversation.hear(isBinary ? undefined : String(data)));
    client.once('close', () => this.#end(client));
  }

  #end(client: WebSocket): void {
    const peer = this.#peers.get(client);
    this.#peers.delete(client);
    peer?.conversation.end();
  }

  /** What waits for a client that does not read is not kept for it. */
  #revoke({ connection }: Peer): void {
    connection.client.close(CloseCode.Forbidden, 'Access was revoked');
    this.#end(connection.client);
    setTimeout(() => connection.cut('closing'), closeGraceMs).unref();
  }

  #ping({ connection, conversation, oldAt }: Peer): void {
    const now = performance.now();
    if (connection.isIdle(now, conversation.operations)) connection.client.close(1000, 'Idle');
    else if (now > oldAt) connection.client.close(goingAway, 'Connect again');
    connection.ping();
  }

  /** Bounded in time for each. */
  #look(peer: Peer): void {
    const { connection, conversation, beganAt } = peer;
    const now = performance.now();
    if (connection.isStalled(now)) connection.cut('stalled');
    else if (conversation.isRevoked) this.#revoke(peer);
    else if (conversation.isExpired(Date.now())) connection.client.close(CloseCode.Forbidden, 'The token is over');
    else if (conversation.isSilent && now - beganAt > initWithinMs)
      connection.client.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout');
  }

  /** Bounded in bytes for all: who holds the most goes first. */
  #bound(): void {
    let unread = this.unreadBytes;
    if (unread <= this.#options.policy.maxUnreadBytes) return;
    for (const { connection } of [...this.#peers.values()].sort(
      (a, b) => b.connection.unreadBytes - a.connection.unreadBytes,
    )) {
      if (unread <= this.#options.policy.maxUnreadBytes) return;
      unread -= connection.unreadBytes;
      connection.cut('memory');
    }
  }
}

/**
 * Answers an upgrade, and does not wait for the other side to hang up: a connection that is only half closed would be
 * kept.
 */
function hangUp(socket: Duplex, answer: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${answer}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
}

/** Apart from where it is called, so that what a socket's listeners hold is no more than this. */
function expectEnd(socket: Duplex, release: () => void): void {
  // Before it is taken, nobody else hears what goes wrong with it.
  socket.on('error', () => socket.destroy());
  socket.once('close', release);
}
