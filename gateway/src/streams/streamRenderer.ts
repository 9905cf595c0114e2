import type { ExecutionResult } from 'graphql';
import type { StreamPolicy } from '../channelManifest.ts';
import type { LruCache } from '../documents/lruCache.ts';
import type { Position } from './cursors.ts';
import type { ResyncReason } from './eventQueue.ts';
import type { FeedEvent } from './feeds/feedAddress.ts';
import { answerOf, eventAnswer, isLastEvent, overlay, type StreamAnswer } from './streamAnswer.ts';
import type { StreamDocument } from './streamDocument.ts';
import { StreamMessage, type StreamMark } from './streamMessage.ts';
import type { StreamMetrics } from './streamMetrics.ts';

/** The purpose of one execution of a stream's query. */
export interface StreamRead {
  /** Executions with the same text may share a call to a subgraph that is in flight; a new text forces a new call. */
  readonly freshness: string;
  /** The trace of the event that the execution is for. */
  readonly traceparent?: string;
  /** For streams of changes (`since`): the version that the client has. */
  readonly since?: number;
}

export type Answered = Extract<StreamAnswer, { kind: 'answer' }>;
type Unanswered = Exclude<StreamAnswer, Answered>;

/** A read of the present state, shared by all subscribers that asked before it began. */
export interface Snapshot {
  readonly answer: StreamAnswer;
  /** The version that the feed had before the read. The answer is at least as new. */
  readonly head: number | undefined;
  /** The messages made from it so far, by kind and reason. */
  readonly messages: Map<string, StreamMessage>;
}

/**
 * The outcome of rendering an event. `nothing`: the stream does not show such events. `behind`: the read model does not
 * include the event yet, although it was waited for. `over`: the stream ends with this answer.
 */
export type Rendered =
  | { readonly kind: 'message'; readonly message: StreamMessage }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'behind'; readonly answer: Answered }
  | { readonly kind: 'over'; readonly answer: Unanswered };

export interface StreamRendererParts {
  /** Identifies the shared stream: document, variables, feed and class. */
  readonly key: string;
  readonly stream: StreamDocument;
  /** The arguments of the subscription field. */
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly policy: StreamPolicy;
  /** Rendered messages of all streams, kept for clients that resume. */
  readonly kept: LruCache<StreamMessage>;
  /** Executes the stream's query now, with the rights of the class. */
  read(read: StreamRead): Promise<ExecutionResult>;
  /** The second part of a cursor at a position; see `Cursors.position`. */
  positionAt(position: Position): string;
  readonly metrics: StreamMetrics;
}

/** What the renderer needs to know of the feed that its stream follows. */
export interface FollowedFeed {
  readonly head: number | undefined;
  readonly epoch: string;
  /** Whether the stream has closed, so that reading on would be of no use. */
  readonly isClosed: boolean;
  /** Waits for so many milliseconds; returns early when the stream closes. */
  pause(milliseconds: number): Promise<void>;
}

/**
 * Turns events, and reads of the present state, into the messages of a shared stream. Each message is executed and
 * serialised once, however many subscribers get it.
 */
export class StreamRenderer {
  readonly #parts: StreamRendererParts;
  readonly #feed: FollowedFeed;
  /** What is being made of events now; undefined while there is none. */
  #rendering: Map<string, Promise<Rendered>> | undefined;
  #reading: Promise<Snapshot> | undefined;
  #nextRead: Promise<Snapshot> | undefined;

  constructor(parts: StreamRendererParts, feed: FollowedFeed) {
    this.#parts = parts;
    this.#feed = feed;
  }

  /** Whether the stream declares this type of event. */
  declares({ event }: FeedEvent): boolean {
    return this.#parts.stream.declaration.events.includes(event.eventType);
  }

  /**
   * Reads the present state; the read begins after this call. Reads do not overlap: all who ask while one is running
   * share the next.
   */
  snapshot(): Promise<Snapshot> {
    if (this.#nextRead) return this.#nextRead;
    if (!this.#reading) return this.#beginRead();
    this.#nextRead = this.#reading
      .catch(() => undefined)
      .then(() => {
        this.#nextRead = undefined;
        return this.#beginRead();
      });
    return this.#nextRead;
  }

  #beginRead(): Promise<Snapshot> {
    const reading = this.#readWhole().finally(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
    this.#reading = reading;
    return reading;
  }

  async #readWhole(): Promise<Snapshot> {
    const head = this.#feed.head;
    return { head, messages: new Map(), answer: await this.#answer({ freshness: `snapshot ${crypto.randomUUID()}` }) };
  }

  /** The message for a snapshot. It is serialised once for all who get it. */
  snapshotMessage(
    { answer, head, messages }: Snapshot,
    kind: StreamMark['kind'],
    reason?: ResyncReason,
  ): StreamMessage {
    const key = `${kind} ${reason} ${this.#feed.epoch}`;
    const known = messages.get(key);
    if (known) return known;
    // An answer without a version comes from the owning domain itself, which is not behind its own event log.
    const answered = answer.kind === 'answer' ? answer : undefined;
    const message = this.message(
      { result: answer.result, isLast: answered?.isLast ?? false },
      kind,
      answered?.version ?? head ?? 0,
      reason,
    );
    messages.set(key, message);
    return message;
  }

  /** Renders the message of an event, at once if the event says all of it. It is made once and kept for a while. */
  render(event: FeedEvent): Rendered | Promise<Rendered> {
    if (!this.declares(event)) return { kind: 'nothing' };
    const key = `${this.#parts.key} ${this.#feed.epoch} ${event.version}`;
    const kept = this.#parts.kept.get(key);
    if (kept) return { kind: 'message', message: kept };
    const said = eventAnswer(this.#parts.stream, this.#parts.arguments, event.event, event.version);
    if (said) {
      const isLast = isLastEvent(this.#parts.stream, event.event);
      return this.#keep(key, this.message({ result: said, isLast }, 'event', event.version));
    }
    return this.#renderOnce(String(event.version), async () => {
      const rendered = await this.#readEvent(event);
      return rendered.kind === 'message' ? this.#keep(key, rendered.message) : rendered;
    });
  }

  #keep(key: string, message: StreamMessage): Rendered {
    this.#parts.kept.set(key, message, 2 * message.rest.length + key.length);
    return { kind: 'message', message };
  }

  /** For streams of changes: renders what changed after the version `since`, up to the event's version or later. */
  renderChanges(
    since: number | undefined,
    event: { readonly version: number; readonly event?: FeedEvent['event'] },
  ): Promise<Rendered> {
    return this.#renderOnce(`since ${since} ${event.version}`, async () => {
      const answer = await this.#readReflecting(
        { freshness: `since ${since} ${event.version}`, traceparent: event.event?.metadata.traceparent, since },
        event.version,
      );
      if (answer.kind !== 'answer') return { kind: 'over', answer };
      if (answer.version !== undefined && answer.version < event.version) return { kind: 'behind', answer };
      return { kind: 'message', message: this.message(answer, 'event', answer.version ?? event.version) };
    });
  }

  #renderOnce(key: string, work: () => Promise<Rendered>): Promise<Rendered> {
    const under = (this.#rendering ??= new Map());
    const made =
      under.get(key) ??
      work().finally(() => {
        under.delete(key);
        if (under.size === 0) this.#rendering = undefined;
      });
    under.set(key, made);
    return made;
  }

  async #readEvent(each: FeedEvent): Promise<Rendered> {
    const { stream } = this.#parts;
    const isLast = isLastEvent(stream, each.event);
    const answer = await this.#readReflecting(
      { freshness: each.event.eventId, traceparent: each.event.metadata.traceparent },
      each.version,
    );
    if (answer.kind !== 'answer') return { kind: 'over', answer };
    if (stream.carries.length > 0) {
      // The read may already reflect later events. Each of those has a message of its own, with what it carries.
      overlay(answer.result, stream, each.event, each.version);
      return { kind: 'message', message: this.message({ result: answer.result, isLast }, 'event', each.version) };
    }
    if (answer.version !== undefined && answer.version < each.version) return { kind: 'behind', answer };
    return { kind: 'message', message: this.message(answer, 'event', answer.version ?? each.version) };
  }

  async #answer(read: StreamRead): Promise<StreamAnswer> {
    return answerOf(await this.#parts.read(read), this.#parts.stream);
  }

  /**
   * Reads until the answer reflects a version: for a short time while the read model lags, and for a longer one while a
   * subgraph is down. Returns the last answer when the time is over.
   */
  #readReflecting(read: StreamRead, version: number): Promise<StreamAnswer> {
    let tries = 0;
    return this.#readUntilReflecting(
      version,
      (answer) => answer,
      () => {
        tries += 1;
        return this.#answer(tries === 1 ? read : { ...read, freshness: `${read.freshness} ${tries}` });
      },
    );
  }

  /** Reads a snapshot that reflects a version, if there is one within the time allowed. */
  snapshotReflecting(version: number): Promise<Snapshot> {
    return this.#readUntilReflecting(
      version,
      ({ answer }) => answer,
      () => this.snapshot(),
    );
  }

  async #readUntilReflecting<T>(
    version: number,
    answerIn: (read: T) => StreamAnswer,
    read: () => Promise<T>,
  ): Promise<T> {
    const { policy } = this.#parts;
    const began = performance.now();
    for (let tries = 0; ; tries += 1) {
      const done = await read();
      const answer = answerIn(done);
      if (answer.kind === 'refused' || this.#feed.isClosed) return done;
      const isBehind = answer.kind === 'answer' && answer.version !== undefined && answer.version < version;
      if (answer.kind === 'answer' && !isBehind) return done;
      const waited = performance.now() - began;
      if (waited >= (isBehind ? policy.behindPatienceMs : policy.failurePatienceMs)) return done;
      await this.#feed.pause(
        isBehind
          ? Math.min(20 * 2 ** Math.min(tries, 4), policy.retryMs)
          : Math.min(100 * 2 ** Math.min(tries, 6), 5 * policy.retryMs),
      );
    }
  }

  /** Makes a message of an answer, with a cursor at its version. */
  message(
    { result, isLast }: Pick<Answered, 'result' | 'isLast'>,
    kind: StreamMark['kind'],
    version: number,
    reason?: ResyncReason,
  ): StreamMessage {
    return new StreamMessage(
      result,
      { kind, version, reason },
      this.#parts.positionAt({ epoch: this.#feed.epoch, version, isLast }),
      isLast,
    );
  }
}
