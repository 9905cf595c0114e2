import {
  createClient,
  GRAPHQL_TRANSPORT_WS_PROTOCOL,
  type Client,
  type FormattedExecutionResult,
  type Sink,
  type SubscribePayload,
} from 'graphql-ws';
import { backoff, type RetryOptions } from './backoff.ts';
import { retryAfterOf } from './streamError.ts';
import { abandon, isOpen, readySockets, watchedSockets, type SocketClass, type SocketLike } from './watchedSockets.ts';
import type { Cause, StreamState } from './streamState.ts';
import { leastRenewalMs, renewalDelay, tokenExpiry } from './tokenExpiry.ts';
import { within } from './within.ts';

/**
 * Why the client asks for a token. `connect`: for a new connection. `refused`: for a connection after the server
 * refused a token, so do not return one from a cache. `renew`: to replace a token that expires soon.
 */
export type TokenOccasion = 'connect' | 'refused' | 'renew';

export interface ConnectionOptions {
  readonly url: string | (() => string);
  readonly token?: (occasion: TokenOccasion) => string | Promise<string>;
  readonly socketClass: SocketClass;
  readonly retry: RetryOptions;
  readonly keepAliveMs: number;
  readonly patienceMs: number;
}

type ConnectionStatus = Omit<StreamState, 'status'> & { readonly status: 'connecting' | 'live' | 'reconnecting' };

/** A connection that lasted so long counts as a success: the back-off then begins anew. */
const steadyMs = 10_000;
/** A token function that takes longer than this counts as failed. */
const tokenMs = 30_000;
/** Close code of a server that has no room: a client that comes back at once is turned away again. */
const tryAgainLater = 1013;
const forbidden = 4403;

/**
 * One WebSocket for all streams of a client, there while at least one is wanted. All waiting and asking for tokens
 * happens before graphql-ws opens a socket, in its `url`, and so does making the socket: it reconnects at once after a
 * 1000, an error in `connectionParams` reaches the next attempt too, and one in `url` or of a socket's making nobody.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #client: Client;
  readonly #sockets: SocketClass;
  readonly #heard = new Set<() => void>();
  #status: ConnectionStatus = { status: 'connecting', since: new Date() };
  #wanted = 0;
  #failures = 0;
  /** How long the server asked to wait when it closed the last connection. */
  #retryAfterMs = 0;
  #hastyRenewals = 0;
  /** Aborted when nobody wants the connection any more: no timer is to keep a process alive for it. */
  #unwanted = new AbortController();
  #occasion: TokenOccasion = 'connect';
  #authorization: string | undefined;
  /** For graphql-ws to take up. */
  #opened: SocketLike | undefined;
  #socket: SocketLike | undefined;
  #acknowledgedAt: number | undefined;
  /** No stream wants the connection any more, so the close event to come is ours and no failure. */
  #isLeaving = false;
  #demanded: (() => void) | undefined;
  #hurried: (() => void) | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  /** What is to do with the answer to a token that was sent. */
  #renewed: ((accepted: boolean) => void) | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#sockets = watchedSockets(options.socketClass, (socket) => {
      this.#socket = socket;
    });
    this.#client = createClient({
      url: () => this.#whenToConnect(),
      connectionParams: () => (this.#authorization === undefined ? undefined : { authorization: this.#authorization }),
      webSocketImpl: readySockets(() => this.#opened!),
      keepAlive: options.keepAliveMs,
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => true,
      retryWait: () => Promise.resolve(),
      on: {
        connected: () => this.#connected(),
        ping: (received) => {
          if (!received) this.#expectAnswer();
        },
        pong: (received, payload) => {
          if (received) this.#answered(payload);
        },
        closed: (event) => this.#closed(event as { code?: unknown; reason?: unknown }),
        error: () => this.#failedSocket(),
      },
    });
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** Calls `listener` at every change of status. Returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#heard.add(listener);
    return () => void this.#heard.delete(listener);
  }

  /**
   * `payload` is read again for every new socket. The result ends the subscription, and with the last one the
   * connection.
   */
  subscribe(
    payload: SubscribePayload,
    sink: Sink<FormattedExecutionResult<Record<string, unknown>, unknown>>,
  ): () => void {
    this.#wanted += 1;
    this.#demanded?.();
    const stop = this.#client.subscribe(payload, sink);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#wanted -= 1;
      stop();
      if (this.#wanted === 0) this.#leave();
    };
  }

  /**
   * Ends a back-off at once, or checks whether an open connection still answers. Called when the machine may have a
   * network again.
   */
  hurry(): void {
    this.#hurried?.();
    this.#askWhetherThere();
  }

  #askWhetherThere(): void {
    if (this.#acknowledgedAt === undefined || !isOpen(this.#socket)) return;
    this.#expectAnswer();
    this.#socket.send('{"type":"ping"}');
  }

  /** When every subscription has ended: one that was acknowledged is closing already; another is not waited for. */
  close(): void {
    if (this.#socket && this.#acknowledgedAt === undefined) this.#cutOff();
  }

  #leave(): void {
    this.#isLeaving = this.#acknowledgedAt !== undefined;
    this.#unwanted.abort();
    this.#unwanted = new AbortController();
    this.#hurried?.();
    // It is about to close: over a line that is dead that takes half a minute and more, and whoever comes next waits
    // for it.
    this.#askWhetherThere();
  }

  /**
   * Resolves with the address when it is time, somebody wants it, and there is a token. Never rejects: graphql-ws would
   * not hear of it.
   */
  async #whenToConnect(): Promise<string> {
    for (;;) {
      await this.#someoneWants();
      const { signal } = this.#unwanted;
      await this.#wait(backoff(this.#failures, this.#options.retry, { retryAfterMs: this.#retryAfterMs }));
      // Whoever came since waits as long: to leave and come back is no way around it.
      if (signal.aborted) continue;
      if (!(await this.#takeToken(signal)) || signal.aborted) continue;
      const address = this.#open();
      if (address === undefined) continue;
      this.#patience = setTimeout(() => this.#cutOff(), this.#options.patienceMs);
      return address;
    }
  }

  #open(): string | undefined {
    const { url } = this.#options;
    try {
      const address = typeof url === 'function' ? url() : url;
      this.#opened = new this.#sockets(address, GRAPHQL_TRANSPORT_WS_PROTOCOL);
      return address;
    } catch (error) {
      this.#failed({ code: 'NETWORK', message: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }

  async #someoneWants(): Promise<void> {
    while (this.#wanted === 0)
      await new Promise<void>((resolve) => {
        this.#demanded = resolve;
      });
  }

  async #wait(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#hurried = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #takeToken(signal: AbortSignal): Promise<boolean> {
    if (!this.#options.token) return true;
    try {
      this.#authorization = await this.#askToken(this.#occasion, signal);
      return true;
    } catch (error) {
      if (!signal.aborted)
        this.#failed({ code: 'TOKEN_UNAVAILABLE', message: error instanceof Error ? error.message : String(error) });
      return false;
    }
  }

  async #askToken(occasion: TokenOccasion, signal: AbortSignal): Promise<string> {
    const token = await within(tokenMs, signal, () => this.#options.token!(occasion));
    if (typeof token !== 'string') throw new Error('The token function gave none.');
    return `Bearer ${token}`;
  }

  #connected(): void {
    clearTimeout(this.#patience);
    this.#retryAfterMs = 0;
    this.#acknowledgedAt = Date.now();
    this.#occasion = 'connect';
    this.#scheduleRenewal();
    this.#change({ status: 'live', since: new Date() });
  }

  #closed({ code, reason }: { code?: unknown; reason?: unknown }): void {
    if (typeof code !== 'number') return;
    if (code === forbidden) this.#occasion = 'refused';
    if (code === tryAgainLater) this.#failures = Math.max(this.#failures, 3);
    this.#retryAfterMs = retryAfterOf(reason);
    this.#lost({ code, message: typeof reason === 'string' ? reason : '' });
  }

  /**
   * A browser says no more than that it did not work. A socket that was open may take long to close after this: it is
   * not waited for.
   */
  #failedSocket(): void {
    abandon(this.#socket);
    this.#lost({ code: 'NETWORK', message: 'The connection could not be made, or broke.' });
  }

  #lost(cause: Cause): void {
    if (!this.#socket) return;
    this.#socket = undefined;
    clearTimeout(this.#patience);
    clearTimeout(this.#renewal);
    const livedMs = this.#acknowledgedAt === undefined ? 0 : Date.now() - this.#acknowledgedAt;
    this.#acknowledgedAt = undefined;
    const left = this.#isLeaving;
    this.#isLeaving = false;
    // One that served until nobody wanted it was well, however short that was: streams that end, one after the other,
    // would else wait for ever for failures of long ago.
    if (left || livedMs >= steadyMs) this.#failures = 0;
    if (this.#wanted > 0 && !left) this.#failed(cause);
    else this.#change({ status: 'connecting', since: new Date() });
  }

  #failed(cause: Cause): void {
    this.#failures += 1;
    const { status, since } = this.#status;
    this.#change(status === 'live' ? { status: 'reconnecting', since: new Date(), cause } : { status, since, cause });
  }

  /** Nobody says so, but nobody answers: as good as gone. */
  #expectAnswer(): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.#cutOff(), this.#options.patienceMs);
  }

  #answered(payload: Record<string, unknown> | undefined): void {
    clearTimeout(this.#patience);
    if (typeof payload?.['accepted'] === 'boolean') this.#renewed?.(payload['accepted']);
  }

  #cutOff(): void {
    const socket = this.#socket;
    this.#client.terminate();
    abandon(socket);
  }

  #scheduleRenewal(): void {
    clearTimeout(this.#renewal);
    const expiry = this.#authorization === undefined ? undefined : tokenExpiry(this.#authorization);
    if (expiry === undefined) return;
    const delay = renewalDelay(expiry, Date.now());
    // One token after another that ends at once: this clock or that of whoever issues them is wrong.
    this.#hastyRenewals = delay > leastRenewalMs ? 0 : this.#hastyRenewals + 1;
    this.#renewal = setTimeout(
      () => void this.#renew(),
      Math.min(Math.max(delay, backoff(this.#hastyRenewals, this.#options.retry)), 2 ** 31 - 1),
    );
  }

  /** In band, so that no stream ends. If it does not work the server closes with 4403, and all begins anew. */
  async #renew(): Promise<void> {
    const socket = this.#socket;
    try {
      const authorization = await this.#askToken('renew', this.#unwanted.signal);
      if (socket !== this.#socket || !isOpen(socket)) return;
      this.#renewed = (accepted) => {
        this.#renewed = undefined;
        if (accepted) this.#authorization = authorization;
        this.#scheduleRenewal();
      };
      socket.send(JSON.stringify({ type: 'ping', payload: { authorization } }));
    } catch {
      if (socket === this.#socket) this.#scheduleRenewal();
    }
  }

  #change(status: ConnectionStatus): void {
    this.#status = status;
    for (const listener of [...this.#heard]) listener();
  }
}
