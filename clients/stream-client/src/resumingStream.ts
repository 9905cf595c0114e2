import type { SubscribePayload } from 'graphql-ws';
import { backoff, type RetryOptions } from './backoff.ts';
import type { Connection } from './connection.ts';
import { failureOf, StreamError, type Failure } from './streamError.ts';
import { isLastWord, markOf, messageOf, type Answer, type StreamMessage } from './streamMessage.ts';
import type { Cause, StreamState } from './streamState.ts';

export interface StreamOptions {
  /** Ends the stream without an error: the iterator is done. */
  readonly signal?: AbortSignal;
  /** The cursor of the last message that you have. The stream begins after it, without a snapshot. */
  readonly resumeFrom?: string;
  /**
   * How many messages may wait for you to read them; 64 by default. When there are more, the client unsubscribes, and
   * resumes from its last cursor once you have read them.
   */
  readonly maxBuffered?: number;
  /** Called at every change of state. If it throws, the stream ends and `next` rejects with that error. */
  readonly onState?: (state: StreamState) => void;
}

/**
 * A subscription that resumed from a cursor and got no message for so long counts as successful: the server sends
 * nothing while there is nothing new.
 */
const quietMs = 5_000;
const defaultMaxBuffered = 64;

/**
 * A subscription that resumes where it was after an interruption. It delivers each version once and in order; messages
 * that the server repeats are dropped. If the server cannot send what was missed, it sends the whole state in a message
 * of kind `resync`. The stream begins with the first call of `next`, and only one reader may read it.
 * @throws StreamError from `next` when the stream has ended for good; or the error that `onState` threw
 */
export class ResumingStream<Data> implements AsyncIterableIterator<StreamMessage<Data>> {
  readonly #connection: Connection;
  readonly #payload: SubscribePayload;
  readonly #retry: RetryOptions;
  readonly #options: StreamOptions;
  readonly #maxBuffered: number;
  readonly #buffer: StreamMessage<Data>[] = [];
  #state: StreamState = { status: 'connecting', since: new Date() };
  #cursor: string | undefined;
  #version: number | undefined;
  #isAfresh = false;
  #isPaused = false;
  #failures = 0;
  #failed: Cause | undefined;
  #begun = false;
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: () => void = () => undefined;
  #deaf: () => void = () => undefined;

  constructor(connection: Connection, payload: SubscribePayload, retry: RetryOptions, options: StreamOptions = {}) {
    this.#connection = connection;
    this.#retry = retry;
    this.#options = options;
    this.#maxBuffered = Math.max(1, options.maxBuffered ?? defaultMaxBuffered);
    this.#cursor = options.resumeFrom;
    const cursor = (): string | undefined => this.#cursor;
    // Read again for every socket, by graphql-ws.
    this.#payload = {
      ...payload,
      extensions: {
        ...payload.extensions,
        get resumeFrom() {
          return cursor();
        },
      },
    };
  }

  get state(): StreamState {
    return this.#state;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<StreamMessage<Data>, undefined>> {
    this.#begin();
    for (;;) {
      const message = this.#buffer.shift();
      if (message) {
        if (this.#isPaused && this.#buffer.length === 0) this.#subscribe();
        return { done: false, value: message };
      }
      if (this.#end) {
        const end = this.#end;
        this.#end = {};
        if ('error' in end) throw end.error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Ends the stream and drops the messages that were not read. */
  return(): Promise<IteratorResult<StreamMessage<Data>, undefined>> {
    this.#buffer.length = 0;
    this.#finish({});
    return Promise.resolve({ done: true, value: undefined });
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { signal } = this.#options;
    if (signal?.aborted) return this.#finish({});
    const ended = (): void => void this.return();
    signal?.addEventListener('abort', ended, { once: true });
    const unheard = this.#connection.onChange(() => this.#tell());
    this.#deaf = () => {
      unheard();
      signal?.removeEventListener('abort', ended);
    };
    this.#subscribe();
  }

  #subscribe(): void {
    this.#isPaused = false;
    let isOver = false;
    let lastWord: Answer['errors'];
    const over = (then: () => void): void => {
      if (isOver) return;
      isOver = true;
      stop();
      then();
    };
    const stop = this.#connection.subscribe(this.#payload, {
      next: (answer) => {
        if (isOver) return;
        if (isLastWord(answer)) lastWord = answer.errors;
        else this.#take(answer);
      },
      error: (error) => over(() => this.#fail(failureOf(error))),
      complete: () => over(() => (lastWord ? this.#fail(failureOf(lastWord)) : this.#finish({}))),
    });
    this.#stop = () => over(() => undefined);
    this.#tell();
  }

  #take(answer: Answer): void {
    this.#settled();
    if (this.#end) return;
    const mark = markOf(answer);
    if (mark?.kind === 'event' && this.#version !== undefined && mark.version <= this.#version) return;
    this.#buffer.push(messageOf<Data>(answer, this.#isAfresh));
    if (mark) {
      this.#isAfresh = false;
      this.#version = mark.version;
      this.#cursor = mark.cursor;
    }
    if (this.#buffer.length >= this.#maxBuffered) this.#pause();
    this.#wake?.();
  }

  /** Unsubscribes because the buffer is full; when there is room, the stream resumes from its last cursor. */
  #pause(): void {
    if (this.#cursor === undefined) {
      return this.#finish({
        error: new StreamError(
          'BUFFER_FULL',
          `${this.#maxBuffered} messages wait to be taken, and the server cannot resume.`,
        ),
      });
    }
    this.#isPaused = true;
    this.#stop();
  }

  #fail(failure: Failure): void {
    if (failure.code === 'CURSOR_INVALID' && this.#cursor !== undefined) {
      this.#cursor = undefined;
      this.#isAfresh = true;
      return this.#subscribe();
    }
    if (!failure.passes) return this.#finish({ error: new StreamError(failure.code, failure.message, failure.errors) });
    this.#failures += 1;
    this.#failed = { code: failure.code, message: failure.message };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        // Without a cursor the server sends a snapshot first, so silence does not mean success.
        if (this.#cursor !== undefined) this.#timer = setTimeout(() => this.#settled(), quietMs);
        this.#subscribe();
      },
      backoff(this.#failures, this.#retry, failure),
    );
    this.#tell();
  }

  #settled(): void {
    if (this.#failed === undefined) return;
    clearTimeout(this.#timer);
    this.#failures = 0;
    this.#failed = undefined;
    this.#tell();
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#state.status === 'ended') return;
    clearTimeout(this.#timer);
    this.#stop();
    this.#deaf();
    this.#begun = true;
    this.#end = end;
    this.#become({
      status: 'ended',
      since: new Date(),
      ...(end.error instanceof StreamError ? { cause: { code: end.error.code, message: end.error.message } } : {}),
    });
    this.#wake?.();
  }

  /** Looks at how it stands. Paused, it stays what it was. */
  #tell(): void {
    if (this.#state.status === 'ended' || this.#isPaused) return;
    const of = this.#failed
      ? { status: 'reconnecting' as const, since: new Date(), cause: this.#failed }
      : this.#connection.status;
    // `reconnecting` only applies to a stream that has been live before; until then it is `connecting`.
    const wasLive = this.#state.status === 'live' || this.#state.status === 'reconnecting';
    const status = of.status === 'live' ? 'live' : wasLive ? 'reconnecting' : 'connecting';
    const since = status === this.#state.status ? this.#state.since : new Date();
    if (status === this.#state.status && of.cause?.code === this.#state.cause?.code) return;
    this.#become({ status, since, ...(of.cause ? { cause: of.cause } : {}) });
  }

  #become(state: StreamState): void {
    this.#state = state;
    try {
      this.#options.onState?.(state);
    } catch (error) {
      if (state.status === 'ended') this.#end = { error, ...this.#end };
      else this.#finish({ error });
    }
  }
}
