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

/** What one execution of a shared stream is for. */
export interface StreamRead {
  /** Reads of equal freshness may share what is in flight. */
  readonly freshness: string;
  /** Of the event that it is for. */
  readonly traceparent?: string;
  /** The version that the client has, where the stream is one of changes. */
  readonly since?: number;
}

export type Answered = Extract<StreamAnswer, { kind: 'answer' }>;
type Unanswered = Exclude<StreamAnswer, Answered>;

/** What was read of the whole, for all who asked before the read began. */
export interface Snapshot {
  readonly answer: StreamAnswer;
  /** Of the feed before it was read. */
  readonly head: number | undefined;
  readonly messages: Map<string, StreamMessage>;
}

/** What an event comes to. `behind`: the view does not know of it yet, however long it was waited for. */
export type Rendered =
  | { readonly kind: 'message'; readonly message: StreamMessage }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'behind'; readonly answer: Answered }
  | { readonly kind: 'over'; readonly answer: Unanswered };

export interface StreamRendererParts {
  /** Of what is rendered for: its subscribers have the same document, variables and class. */
  readonly key: string;
  readonly stream: StreamDocument;
  /** Of its field. */
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly policy: StreamPolicy;
  /** Messages of all streams, kept for those who come back. */
  readonly kept: LruCache<StreamMessage>;
  /** Answers the selection now, under the rights of the class. */
  readonly read: (read: StreamRead) => Promise<ExecutionResult>;
  /** The end of a cursor, signed. */
  readonly positionAt: (position: Position) => string;
  readonly metrics: StreamMetrics;
}

/** The feed as it is followed now. */
export interface FollowedFeed {
  readonly head: number | undefined;
  readonly epoch: string;
  /** Nobody follows any more: what is read is for nobody. */
  readonly isClosed: boolean;
  /** Ends early when it is closed. */
  pause(milliseconds: number): Promise<void>;
}

/**
 * Turns the events of a feed, and the whole, into the messages of a shared stream: read, overlaid and serialised once,
 * however many ask.
 */
export class StreamRenderer {
  readonly #parts: StreamRendererParts;
  readonly #feed: FollowedFeed;
  readonly #rendering = new Map<string, Promise<Rendered>>();
  #reading: Promise<Snapshot> | undefined;
  #nextRead: Promise<Snapshot> | undefined;

  constructor(parts: StreamRendererParts, feed: FollowedFeed) {
    this.#parts = parts;
    this.#feed = feed;
  }

  /** Whether the stream's field names the event's type. */
  declares({ event }: FeedEvent): boolean {
    return this.#parts.stream.declaration.events.includes(event.eventType);
  }

  /** Reads the whole, beginning after this call; one read at a time, for all who wait for it. */
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

  /** The message of a snapshot, serialised once for all who are handed it. */
  messageOf({ answer, head, messages }: Snapshot, kind: StreamMark['kind'], reason?: ResyncReason): StreamMessage {
    const key = `${kind} ${reason} ${this.#feed.epoch}`;
    const known = messages.get(key);
    if (known) return known;
    // A view that says no version is the domain's own, hence not behind its event log.
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

  /** The message of an event; made once, and kept for a while. */
  async render(event: FeedEvent): Promise<Rendered> {
    if (!this.declares(event)) return { kind: 'nothing' };
    const key = `${this.#parts.key} ${this.#feed.epoch} ${event.version}`;
    const kept = this.#parts.kept.get(key);
    if (kept) return { kind: 'message', message: kept };
    return this.#once(String(event.version), async () => {
      const rendered = await this.#renderEvent(event);
      if (rendered.kind === 'message')
        this.#parts.kept.set(key, rendered.message, 2 * rendered.message.rest.length + key.length);
      return rendered;
    });
  }

  /** What changed after a version, up to another at least: for streams of changes. */
  changes(
    since: number | undefined,
    event: { readonly version: number; readonly event?: FeedEvent['event'] },
  ): Promise<Rendered> {
    return this.#once(`since ${since} ${event.version}`, async () => {
      const answer = await this.#answerReflecting(
        { freshness: `since ${since} ${event.version}`, traceparent: event.event?.metadata.traceparent, since },
        event.version,
      );
      if (answer.kind !== 'answer') return { kind: 'over', answer };
      if (answer.version !== undefined && answer.version < event.version) return { kind: 'behind', answer };
      return { kind: 'message', message: this.message(answer, 'event', answer.version ?? event.version) };
    });
  }

  async #once(key: string, work: () => Promise<Rendered>): Promise<Rendered> {
    const under = this.#rendering.get(key) ?? work().finally(() => this.#rendering.delete(key));
    this.#rendering.set(key, under);
    return under;
  }

  async #renderEvent(each: FeedEvent): Promise<Rendered> {
    const { stream } = this.#parts;
    const said = eventAnswer(stream, this.#parts.arguments, each.event, each.version);
    const isLast = isLastEvent(stream, each.event);
    if (said) return { kind: 'message', message: this.message({ result: said, isLast }, 'event', each.version) };
    const answer = await this.#answerReflecting(
      { freshness: each.event.eventId, traceparent: each.event.metadata.traceparent },
      each.version,
    );
    if (answer.kind !== 'answer') return { kind: 'over', answer };
    if (stream.carries.length > 0) {
      // The read may be ahead of this event; those between have messages of their own, each with what it carries.
      overlay(answer.result, stream, each.event, each.version);
      return { kind: 'message', message: this.message({ result: answer.result, isLast }, 'event', each.version) };
    }
    if (answer.version !== undefined && answer.version < each.version) return { kind: 'behind', answer };
    return { kind: 'message', message: this.message(answer, 'event', answer.version ?? each.version) };
  }

  async #answer(read: StreamRead): Promise<StreamAnswer> {
    this.#parts.metrics.executed();
    return answerOf(await this.#parts.read(read), this.#parts.stream);
  }

  /**
   * Reads until the answer is not older than a version, for a bounded time; past a part of the graph that is down, for
   * a longer one.
   */
  #answerReflecting(read: StreamRead, version: number): Promise<StreamAnswer> {
    let tries = 0;
    return this.#reflecting(
      version,
      (answer) => answer,
      () => {
        tries += 1;
        return this.#answer(tries === 1 ? read : { ...read, freshness: `${read.freshness} ${tries}` });
      },
    );
  }

  /** A snapshot that is not older than a version, if that can be had. */
  snapshotReflecting(version: number): Promise<Snapshot> {
    return this.#reflecting(
      version,
      ({ answer }) => answer,
      () => this.snapshot(),
    );
  }

  async #reflecting<T>(version: number, answerIn: (read: T) => StreamAnswer, read: () => Promise<T>): Promise<T> {
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

  /** An answer as a message under a cursor of its version. */
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
