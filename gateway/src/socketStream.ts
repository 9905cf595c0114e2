import type { ExecutionResult } from 'graphql';
import type { SocketConnection } from './socketConnection.ts';
import { latin1, payloadHead, type StreamMessage } from './streams/streamMessage.ts';
import type { StreamSink } from './streams/streamSink.ts';
import type { OpenedSubscription } from './streams/subscriptions.ts';

const done = { done: true, value: undefined } as const;

/**
 * A stream on a socket, as graphql-ws runs it. Its messages go past the library, straight to the connection: what it yields is only the answer that ends
 * it, if there is one. The first `next` starts it.
 */
export class SocketStream implements StreamSink, AsyncIterableIterator<ExecutionResult> {
  readonly #connection: SocketConnection;
  readonly #id: string;
  #head: { readonly prefix: string; readonly text: string } | undefined;
  #opened: OpenedSubscription | undefined;
  #last: ExecutionResult | undefined;
  #over = false;
  #started = false;
  #wake: (() => void) | undefined;

  constructor(connection: SocketConnection, id: string) {
    this.#connection = connection;
    this.#id = id;
  }

  runs(opened: OpenedSubscription): this {
    this.#opened = opened;
    return this;
  }

  send(message: StreamMessage, prefix: string): void {
    if (this.#over) return;
    if (this.#head?.prefix !== prefix) this.#head = { prefix, text: latin1(`{"id":${JSON.stringify(this.#id)},"type":"next","payload":${payloadHead}${prefix}`) };
    this.#connection.write(this.#head.text, message.frameTail);
  }

  get isFull(): boolean {
    return this.#connection.isFull;
  }

  onRoom(listener: () => void): void {
    this.#connection.onRoom(listener);
  }

  end(last?: ExecutionResult): void {
    if (this.#over) return;
    this.#last = last;
    this.#finish();
  }

  renewed(): void {
    this.#opened?.renewed();
  }

  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    if (!this.#started) {
      this.#started = true;
      this.#opened?.start();
    }
    if (!this.#over) await new Promise<void>((resolve) => { this.#wake = resolve; });
    const last = this.#last;
    if (!last) return done;
    this.#last = undefined;
    return { done: false, value: last };
  }

  return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.#finish();
    this.#opened?.stop();
    return Promise.resolve(done);
  }

  throw(): Promise<IteratorResult<ExecutionResult, undefined>> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(): void {
    this.#over = true;
    this.#wake?.();
  }
}
