import type { ExecutionResult } from 'graphql';
import { payloadHead, type StreamMessage } from '../streams/streamMessage.ts';
import type { StreamSink } from '../streams/streamSink.ts';

interface Payload {
  readonly data?: Record<string, unknown>;
  readonly extensions: {
    readonly stream: {
      readonly kind: string;
      readonly version: number;
      readonly reason?: string;
      readonly cursor: string;
    };
  };
}

/** A sink that keeps what it is sent, and can stop reading as a slow client does. */
export class KeptSink implements StreamSink {
  readonly heard: Payload[] = [];
  /** The answer with which the stream ended. */
  last: ExecutionResult | undefined;
  isOver = false;
  #isFull = false;
  #waiting: (() => void)[] = [];

  send(message: StreamMessage, prefix: string): void {
    this.heard.push(JSON.parse(`${payloadHead}${prefix}${message.position}${message.rest}`) as Payload);
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  set isFull(isFull: boolean) {
    this.#isFull = isFull;
    if (!isFull) this.#waiting.splice(0).forEach((listener) => listener());
  }

  onRoom(listener: () => void): void {
    this.#waiting.push(listener);
  }

  end(last?: ExecutionResult): void {
    this.last = last;
    this.isOver = true;
  }

  get marks(): string[] {
    return this.heard.map(
      ({
        extensions: {
          stream: { kind, version, reason },
        },
      }) => [kind, version, reason].filter((each) => each !== undefined).join(' '),
    );
  }

  get answers(): unknown[] {
    return this.heard.map(({ data }) => Object.values(data ?? {})[0]);
  }
}
