import { connect, type Socket } from 'node:net';
import { Http2SessionManager } from '@connectrpc/connect-node';

/** When a connection whose peer is silent is pinged and given up. */
export interface SignsOfLife {
  /** After so long without anything received, during a call, the peer is pinged. */
  readonly silentMs: number;
  /** If the ping is not answered for so long, the connection is closed. */
  readonly answerMs: number;
}

/** Together as long as the deadline of a call: when a call has timed out, the next one uses a new connection. */
const signsOfLife: SignsOfLife = { silentMs: 2_000, answerMs: 3_000 };
/** How long a connection may take; calls that wait for it then fail. The operating system would try for two minutes. */
const connectWithinMs = 3_000;

/**
 * The library's manager of a connection, with a fix: if a call comes while a broken connection is still closing, the
 * library stops listening to that connection, whose error would then end the process.
 */
class HeardSession extends Http2SessionManager {
  readonly #heard = new WeakSet<object>();

  override async request(
    ...call: Parameters<Http2SessionManager['request']>
  ): ReturnType<Http2SessionManager['request']> {
    const stream = await super.request(...call);
    if (stream.session && !this.#heard.has(stream.session)) {
      this.#heard.add(stream.session);
      stream.session.on('error', () => undefined);
    }
    return stream;
  }
}

/**
 * Keeps one HTTP/2 connection to each peer. The first call makes it, all clients in this process share it, and it is
 * made anew when it breaks.
 */
export class Peers {
  readonly #addressOf: (domain: string) => string;
  readonly #signs: SignsOfLife;
  readonly #sessions = new Map<string, Http2SessionManager>();
  #closed = false;

  constructor(addressOf: (domain: string) => string, signs = signsOfLife) {
    this.#addressOf = addressOf;
    this.#signs = signs;
  }

  /** The base URL of a domain, and the connection to it. */
  to(domain: string): { readonly baseUrl: string; readonly sessionManager: Http2SessionManager } {
    if (this.#closed) throw new Error(`${domain} is called after the connections to other domains were closed`);
    const baseUrl = this.#addressOf(domain);
    let sessionManager = this.#sessions.get(baseUrl);
    if (!sessionManager) {
      sessionManager = new HeardSession(
        baseUrl,
        { pingIntervalMs: this.#signs.silentMs, pingTimeoutMs: this.#signs.answerMs },
        { createConnection: dial },
      );
      this.#sessions.set(baseUrl, sessionManager);
    }
    return { baseUrl, sessionManager };
  }

  /** Closes all connections; calls that are under way fail. */
  close(): void {
    this.#closed = true;
    for (const session of this.#sessions.values()) session.abort();
  }
}

/** Connects to an address. The socket fails when the connection takes longer than `connectWithinMs`. */
function dial({ hostname, port }: URL): Socket {
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || 80, noDelay: true });
  const late = setTimeout(() => {
    socket.destroy(
      Object.assign(new Error(`${hostname}:${port} did not answer within ${connectWithinMs} ms`), {
        code: 'ETIMEDOUT',
      }),
    );
  }, connectWithinMs);
  const settle = (): void => clearTimeout(late);
  return socket.once('connect', settle).once('close', settle);
}
