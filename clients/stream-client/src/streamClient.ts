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
   * Of the channel, such as `wss://kiosk.example/graphql`; `http` and `https` will do. A function is asked before every
   * connection; what it throws is a failed attempt.
   */
  readonly url: string | (() => string);
  /**
   * An access token, without `Bearer`. Asked before every connection, and before a token ends, if it is a JWT that says
   * when. One that takes over 30 s has failed, and is asked again.
   */
  readonly token?: (occasion: TokenOccasion) => string | Promise<string>;
  /** The WebSocket class, where there is no global one: Node before 22, with `ws`. */
  readonly webSocketImpl?: unknown;
  readonly retry?: Partial<RetryOptions>;
  /** After so long without a word the server is asked whether it is still there; default 10 s. */
  readonly keepAliveMs?: number;
  /** How long it may take to answer that, or to acknowledge a connection; default 5 s. */
  readonly patienceMs?: number;
}

/** A document as codegen types it, or any other. */
export type StreamDocument<Data, Variables> =
  string | (DocumentNode & { readonly __apiType?: (variables: Variables) => Data });

/** Any number of streams over one WebSocket, which is there while at least one is read. */
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
   * A subscription that outlasts cuts, restarts and tokens: each version once, in order. It begins when it is first
   * read, and ends when its reader leaves the loop, by its signal, or with a `StreamError` that no other try would
   * help.
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

/** A browser says when it has a network again, or thinks it has none: both are reasons to look. */
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
