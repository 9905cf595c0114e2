import { connect, type Socket } from 'node:net';
import { Http2SessionManager } from '@connectrpc/connect-node';

/** How a silent connection is found out. */
export interface SignsOfLife {
  /** A peer that has fallen silent is asked for a sign of life after so long, */
  readonly silentMs: number;
  /** and is given up when it gives none for so long. */
  readonly answerMs: number;
}

/** The two together are the deadline of a call: the next one goes over a new connection. */
const signsOfLife: SignsOfLife = { silentMs: 2_000, answerMs: 3_000 };
/** The system itself would try for two minutes; calls that wait for a connection are answered with its failure. */
const connectWithinMs = 3_000;

/**
 * The library's manager of a connection, less a fault of it: when a call comes while a broken connection is still
 * closing, nobody listens to that connection any more, and its error would end the process.
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
 * One HTTP/2 connection to each peer, made by the first call, shared by all of this process, and made anew when it
 * breaks.
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

/** A connection to the address, which fails when it is not there in time. */
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
