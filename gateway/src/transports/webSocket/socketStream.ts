import type { ExecutionResult } from 'graphql';
import type { Release } from '../../access/callerLimits.ts';
import type { SocketConnection } from './socketConnection.ts';
import { latin1, payloadHead, type StreamMessage } from '../../streams/streamMessage.ts';
import type { StreamSink } from '../../streams/streamSink.ts';
import type { OpenedSubscription } from '../../streams/routedSubscription.ts';

/**
 * Writes a stream as one operation of a socket. Only the head of each frame is made for this operation; the rest is
 * shared with other subscribers.
 */
export class SocketStream implements StreamSink {
  readonly #connection: SocketConnection;
  readonly #id: string;
  readonly #onEnd: (last: ExecutionResult | undefined) => void;
  #prefix: string | undefined;
  #head = '';
  #opened: OpenedSubscription | undefined;
  #held: Release | undefined;
  #over = false;
  #isRenewed = false;

  /** `onEnd` is called when the stream ends by itself, with the answer that says why, if there is one. */
  constructor(connection: SocketConnection, id: string, onEnd: (last: ExecutionResult | undefined) => void) {
    this.#connection = connection;
    this.#id = id;
    this.#onEnd = onEnd;
  }

  /** Starts the stream, unless the client has ended it while it was opened. `held` is released when it ends. */
  start(opened: OpenedSubscription, held: Release): void {
    this.#opened = opened;
    this.#held = held;
    if (this.#over) return this.stop();
    // The client has renewed its token while the stream was opened.
    if (this.#isRenewed) opened.renewed();
    opened.start();
  }

  send(message: StreamMessage, prefix: string): void {
    if (this.#over) return;
    if (this.#prefix !== prefix) {
      this.#prefix = prefix;
      this.#head = latin1(`{"id":${JSON.stringify(this.#id)},"type":"next","payload":${payloadHead}${prefix}`);
    }
    this.#connection.write(this.#head, message.frameTail);
  }

  get isFull(): boolean {
    return this.#connection.isFull;
  }

  onRoom(listener: () => void): void {
    this.#connection.onRoom(listener);
  }

  end(last?: ExecutionResult): void {
    if (this.#over) return;
    this.#over = true;
    this.#held?.();
    this.#onEnd(last);
  }

  /** To be called when the client has renewed its token. */
  renewed(): void {
    if (this.#opened) this.#opened.renewed();
    else this.#isRenewed = true;
  }

  /** Ends the stream because the client asked for that, or has gone. */
  stop(): void {
    this.#over = true;
    this.#held?.();
    this.#opened?.stop();
  }
}
