import type { ExecutionResult } from 'graphql';
import type { Reservation } from '../../access/callerLimits.ts';
import type { SocketConnection } from './socketConnection.ts';
import { latin1, payloadHead, type StreamMessage } from '../../streams/streamMessage.ts';
import type { StreamSink } from '../../streams/streamSink.ts';
import type { OpenedSubscription } from '../../streams/routedSubscription.ts';

/** The conversation that a stream belongs to. */
export interface SocketStreamOwner {
  /** Hears that a stream has ended by itself, with the answer that says why, if there is one. */
  streamEnded(stream: SocketStream, last: ExecutionResult | undefined): void;
  /** Gives back the memory that a stream has held. */
  letGo(held: Reservation): void;
}

/**
 * Writes a stream as one operation of a socket. Only the head of each frame is made for this operation; the rest is
 * shared with other subscribers.
 */
export class SocketStream implements StreamSink {
  readonly #connection: SocketConnection;
  readonly #owner: SocketStreamOwner;
  readonly id: string;
  #prefix: string | undefined;
  #head = '';
  #opened: OpenedSubscription | undefined;
  #held: Reservation | undefined;
  #over = false;
  #isRenewed = false;

  constructor(owner: SocketStreamOwner, connection: SocketConnection, id: string) {
    this.#owner = owner;
    this.#connection = connection;
    this.id = id;
  }

  /** Starts the stream, unless the client has ended it while it was opened. `held` is let go when it ends. */
  start(opened: OpenedSubscription, held: Reservation): void {
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
      this.#head = latin1(`{"id":${JSON.stringify(this.id)},"type":"next","payload":${payloadHead}${prefix}`);
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
    this.#letGo();
    this.#owner.streamEnded(this, last);
  }

  /** To be called when the client has renewed its token. */
  renewed(): void {
    if (this.#opened) this.#opened.renewed();
    else this.#isRenewed = true;
  }

  /** Ends the stream because the client asked for that, or has gone. */
  stop(): void {
    this.#over = true;
    this.#letGo();
    this.#opened?.stop();
  }

  #letGo(): void {
    if (this.#held) this.#owner.letGo(this.#held);
  }
}
