import { print, type DocumentNode } from 'graphql';
import { defaultRetry, type RetryOptions } from './backoff.ts';
import { Connection, type TokenOccasion } from './connection.ts';
import { ResumingStream, type StreamOptions } from './resumingStream.ts';
import type { SocketClass } from './watchedSockets.ts';

export type { RetryOptions } from './backoff.ts';
export type { TokenOccasion } from './connection.ts';
export type { ResumingStream, StreamOptions } from './resumingStream.ts';
export { StreamError } from './streamError.ts';
export type { ResyncReason, StreamMessage } from './streamMessage.ts';
export type { Cause, StreamState } from './streamState.ts';

export interface StreamClientOptions {
  /**
   * The channel's address, such as `wss://kiosk.example/graphql`; `http` and `https` work, too. A function is called
   * before every connection; if it throws, the attempt counts as failed and is made again after a back-off.
   */
  readonly url: string | (() => string);
  /**
   * Returns an access token, without `Bearer`. It is called before every connection, and before a token expires if it
   * is a JWT with an expiry. If it throws, or takes more than 30 s, it is called again after a back-off.
   */
  readonly token?: (occasion: TokenOccasion) => string | Promise<string>;
  /** The WebSocket class, where there is no global one: Node before 22, with `ws`. */
  readonly webSocketImpl?: unknown;
  readonly retry?: Partial<RetryOptions>;
  /** After so long without a message, the server is pinged; in ms, 10,000 by default. */
  readonly keepAliveMs?: number;
  /** How long the server may take to answer a ping or to acknowledge a connection; in ms, 5,000 by default. */
  readonly patienceMs?: number;
}

/** A document with the types that codegen gives it, or one without types. */
export type StreamDocument<Data, Variables> =
  string | (DocumentNode & { readonly __apiType?: (variables: Variables) => Data });

/** Runs any number of streams over one WebSocket, which is open while at least one of them is read. */
export class StreamClient {
  readonly #connection: Connection;
  readonly #retry: RetryOptions;
  readonly #streams = new Set<{ return(): unknown }>();
  readonly #unheard: () => void;

  constructor({ url, token, webSocketImpl, retry, keepAliveMs = 10_000, patienceMs = 5_000 }: StreamClientOptions) {
    const socketClass = (webSocketImpl ?? (globalThis as { WebSocket?: unknown }).WebSocket) as SocketClass | undefined;
    if (!socketClass)
      throw new Error('There is no WebSocket here: pass one as `webSocketImpl`, such as that of the package `ws`.');
    this.#retry = { ...defaultRetry, ...retry };
    const address = (): string => (typeof url === 'function' ? url() : url).replace(/^http/, 'ws');
    this.#connection = new Connection({
      url: address,
      token,
      socketClass,
      retry: this.#retry,
      keepAliveMs,
      patienceMs,
    });
    this.#unheard = hearNetwork(() => this.#connection.hurry());
  }

  /**
   * Subscribes. The stream survives broken connections, server restarts and expired tokens, and delivers each version
   * once and in order. It begins when it is first read. It ends when its reader leaves the loop, by its signal, or with
   * a `StreamError` if trying again cannot help.
   */
  stream<Data = Record<string, unknown>, Variables extends Record<string, unknown> = Record<string, unknown>>(
    document: StreamDocument<Data, Variables>,
    variables?: NoInfer<Variables>,
    options?: StreamOptions,
  ): ResumingStream<Data> {
    const query = typeof document === 'string' ? document : print(document);
    const stream = new ResumingStream<Data>(this.#connection, { query, variables }, this.#retry, {
      ...options,
      onState: (state) => {
        if (state.status === 'ended') this.#streams.delete(stream);
        options?.onState?.(state);
      },
    });
    this.#streams.add(stream);
    return stream;
  }

  /** Ends every stream and the connection. */
  close(): void {
    this.#unheard();
    for (const stream of [...this.#streams]) stream.return();
    this.#connection.close();
  }
}

/** Calls `listener` when the browser says that it is online or offline: either is a reason to check the connection. */
function hearNetwork(listener: () => void): () => void {
  const { addEventListener, removeEventListener } = globalThis as Partial<
    Pick<EventTarget, 'addEventListener' | 'removeEventListener'>
  >;
  if (!addEventListener || !removeEventListener) return () => undefined;
  for (const type of ['online', 'offline']) addEventListener.call(globalThis, type, listener);
  return () => {
    for (const type of ['online', 'offline']) removeEventListener.call(globalThis, type, listener);
  };
}
