import type { ExecutionResult } from 'graphql';
import type { Release } from '../../access/callerLimits.ts';
import type { SocketConnection } from './socketConnection.ts';
import { latin1, payloadHead, type StreamMessage } from '../../streams/streamMessage.ts';
import type { StreamSink } from '../../streams/streamSink.ts';
import type { OpenedSubscription } from '../../streams/routedSubscription.ts';

/**
 * A stream as one operation of a socket. Its messages are written as they are shared: only the head of a frame is its
 * own.
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

  /** `onEnd` is told when it ends by itself, with the answer that says why, if any. */
  constructor(connection: SocketConnection, id: string, onEnd: (last: ExecutionResult | undefined) => void) {
    this.#connection = connection;
    this.#id = id;
    this.#onEnd = onEnd;
  }

  /** Begins, unless its client was quicker. `held` is what it holds until it ends. */
  start(opened: OpenedSubscription, held: Release): void {
    this.#opened = opened;
    this.#held = held;
    if (this.#over) return this.stop();
    // Its client has had another token since it was asked for.
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

  renewed(): void {
    if (this.#opened) this.#opened.renewed();
    else this.#isRenewed = true;
  }

  /** Ends it because its client says so, or is gone. */
  stop(): void {
    this.#over = true;
    this.#held?.();
    this.#opened?.stop();
  }
}
