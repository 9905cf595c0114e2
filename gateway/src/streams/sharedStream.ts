import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { StreamPolicy } from '../channelManifest.ts';
import type { LruCache } from '../lruCache.ts';
import { Budget } from './budget.ts';
import type { Position } from './cursors.ts';
import { EventQueue, type ResyncReason } from './eventQueue.ts';
import type { FeedAddress, FeedEvent } from './feedAddress.ts';
import { answerOf, eventAnswer, overlay, refusalAt, type StreamAnswer } from './streamAnswer.ts';
import type { StreamDocument } from './streamDocument.ts';
import type { Following, StreamHub } from './streamHub.ts';
import { StreamMessage, type StreamMark } from './streamMessage.ts';
import type { StreamMetrics } from './streamMetrics.ts';
import type { Subscriber } from './subscriber.ts';

/** What one execution of a shared stream is for. */
export interface StreamRead {
  /** Reads of equal freshness may share what is in flight. */
  readonly freshness: string;
  /** Of the event that it is for. */
  readonly traceparent?: string;
  /** The version that the client has, where the stream is one of changes. */
  readonly since?: number;
}

export interface SharedStreamParts {
  /** Its subscribers have the same document, variables and class. */
  readonly key: string;
  readonly stream: StreamDocument;
  readonly feed: FeedAddress;
  /** Of its field. */
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly hub: StreamHub;
  readonly policy: StreamPolicy;
  /** Of all events that wait in this process. */
  readonly queued: Budget;
  /** Messages of all streams, kept for those who come back. */
  readonly kept: LruCache<StreamMessage>;
  /** Answers the selection now, under the rights of the class. */
  readonly read: (read: StreamRead) => Promise<ExecutionResult>;
  /** The end of a cursor, signed. */
  readonly positionAt: (position: Position) => string;
  readonly onEmpty: () => void;
  readonly metrics: StreamMetrics;
  readonly log: Logger;
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

/** Sockets written to in one turn: between turns, others are served. */
const sliceSize = 500;

/**
 * One document with one set of variables for one class of callers, following one feed. Each event is answered once and serialised once, however many
 * subscribe; each subscriber has it once, in order. Lives as long as it has subscribers.
 */
export class SharedStream {
  readonly #parts: SharedStreamParts;
  readonly #queue: EventQueue;
  readonly #following: Following;
  readonly #subscribers = new Set<Subscriber>();
  readonly #rendering = new Map<string, Promise<Rendered>>();
  /** Resolves when nothing can be missed any more. Rejects when the owning domain cannot be asked. */
  readonly ready: Promise<void>;
  #told: number | undefined;
  #reading: Promise<Snapshot> | undefined;
  #nextRead: Promise<Snapshot> | undefined;
  #closed = false;

  /** `after`: the version that its first subscriber has, if it comes back. */
  constructor(parts: SharedStreamParts, after?: number) {
    const { hub, feed, policy, queued } = parts;
    this.#parts = parts;
    this.#queue = new EventQueue(new Budget({ items: policy.maxQueuedEvents, bytes: policy.maxQueuedBytes }, queued), { latest: this.isPaced });
    this.#following = hub.follow(feed, { event: (event) => this.#hear(event), lost: (reason) => this.#queue.lose(reason) }, after);
    this.ready = this.#following.ready.then(() => { this.#told = this.#following.head; });
    this.#run().catch((error: unknown) => this.#fail(error));
  }

  get parts(): SharedStreamParts {
    return this.#parts;
  }

  /** Not every event is told. */
  get isPaced(): boolean {
    return this.#parts.stream.declaration.delivery !== 'every';
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Up to which those who are live were told. */
  get told(): number | undefined {
    return this.#told;
  }

  get head(): number | undefined {
    return this.#following.head;
  }

  get epoch(): string {
    return this.#following.epoch;
  }

  join(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
  }

  leave(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size === 0) this.#close();
  }

  between(after: number, upTo: number): Promise<readonly FeedEvent[] | ResyncReason> {
    return this.#following.between(after, upTo);
  }

  /** See `Feed.knows`. */
  knows(version: number): Promise<boolean> {
    return this.#following.knows(version);
  }

  /** Reads the whole, beginning after this call; one read at a time, for all who wait for it. */
  snapshot(): Promise<Snapshot> {
    if (this.#nextRead) return this.#nextRead;
    if (!this.#reading) return this.#beginRead();
    this.#nextRead = this.#reading.catch(() => undefined).then(() => {
      this.#nextRead = undefined;
      return this.#beginRead();
    });
    return this.#nextRead;
  }

  #beginRead(): Promise<Snapshot> {
    const reading = this.#readWhole().finally(() => { if (this.#reading === reading) this.#reading = undefined; });
    this.#reading = reading;
    return reading;
  }

  async #readWhole(): Promise<Snapshot> {
    const head = this.#following.head;
    return { head, messages: new Map(), answer: await this.#answer({ freshness: `snapshot ${crypto.randomUUID()}` }) };
  }

  /** The message of a snapshot, serialised once for all who are handed it. */
  messageOf({ answer, head, messages }: Snapshot, kind: StreamMark['kind'], reason?: ResyncReason): StreamMessage {
    const key = `${kind} ${reason} ${this.epoch}`;
    const known = messages.get(key);
    if (known) return known;
    // A view that says no version is the domain's own, hence not behind its event log.
    const message = this.#message(answer.result, kind, (answer.kind === 'answer' ? answer.version : undefined) ?? head ?? 0, reason);
    messages.set(key, message);
    return message;
  }

  /** The message of an event; made once, and kept for a while. */
  async render(event: FeedEvent): Promise<Rendered> {
    if (!this.#declares(event)) return { kind: 'nothing' };
    const key = `${this.#parts.key} ${this.epoch} ${event.version}`;
    const kept = this.#parts.kept.get(key);
    if (kept) return { kind: 'message', message: kept };
    return this.#once(String(event.version), async () => {
      const rendered = await this.#renderEvent(event);
      if (rendered.kind === 'message') this.#parts.kept.set(key, rendered.message, 2 * rendered.message.rest.length + key.length);
      return rendered;
    });
  }

  /** What changed after a version, up to another at least: for streams of changes. */
  changes(since: number | undefined, event: { readonly version: number; readonly event?: FeedEvent['event'] }): Promise<Rendered> {
    return this.#once(`since ${since} ${event.version}`, async () => {
      const answer = await this.#answerReflecting({ freshness: `since ${since} ${event.version}`, traceparent: event.event?.metadata.traceparent, since }, event.version);
      if (answer.kind !== 'answer') return { kind: 'over', answer };
      if (answer.version !== undefined && answer.version < event.version) return { kind: 'behind', answer };
      return { kind: 'message', message: this.#message(answer.result, 'event', answer.version ?? event.version) };
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
    if (said) return { kind: 'message', message: this.#message(said, 'event', each.version) };
    const answer = await this.#answerReflecting({ freshness: each.event.eventId, traceparent: each.event.metadata.traceparent }, each.version);
    if (answer.kind !== 'answer') return { kind: 'over', answer };
    if (stream.carries.length > 0) {
      // The read may be ahead of this event; those between have messages of their own, each with what it carries.
      overlay(answer.result, stream, each.event, each.version);
      return { kind: 'message', message: this.#message(answer.result, 'event', each.version) };
    }
    if (answer.version !== undefined && answer.version < each.version) return { kind: 'behind', answer };
    return { kind: 'message', message: this.#message(answer.result, 'event', answer.version ?? each.version) };
  }

  #hear(event: FeedEvent): void {
    // Of those that are not all told, one that is none of this stream's must not push out one that is.
    if (!this.isPaced || this.#declares(event)) this.#queue.push(event);
  }

  #declares({ event }: FeedEvent): boolean {
    return this.#parts.stream.declaration.events.includes(event.eventType);
  }

  async #run(): Promise<void> {
    try {
      await this.ready;
    } catch {
      // Whoever joined is told by `ready`.
      return;
    }
    for (;;) {
      const taken = await this.#queue.take();
      if (taken.kind === 'closed') return;
      if (taken.kind === 'lost') {
        // What was dropped is up to here; whoever is told of it reads a snapshot that is not older.
        this.#told = this.#following.head ?? this.#told;
        for (const each of [...this.#subscribers]) each.lose(taken.reason);
      } else await this.#event(taken.event);
      if (this.isPaced) await this.#queue.pause(this.#parts.stream.declaration.delivery === 'sampled' ? this.#parts.policy.sampleIntervalMs : this.#parts.policy.latestIntervalMs);
    }
  }

  async #event(each: FeedEvent): Promise<void> {
    if (this.#told !== undefined && each.version <= this.#told) return;
    const rendered = await this.#renderNext(each);
    if (this.#closed) return;
    if (rendered.kind === 'nothing') this.#told = each.version;
    else if (rendered.kind === 'message') await this.#tell(rendered.message, each);
    else if (rendered.kind === 'over') this.#end(rendered.answer.result);
    else await this.#catchUpWithView(rendered.answer, each);
  }

  async #renderNext(each: FeedEvent): Promise<Rendered> {
    if (this.#parts.stream.declaration.since === undefined) return this.render(each);
    return this.#declares(each) ? this.changes(this.#told, each) : { kind: 'nothing' };
  }

  async #tell(message: StreamMessage, { event }: FeedEvent): Promise<void> {
    this.#told = Math.max(message.version, this.#told ?? 0);
    let [offered, taken] = [0, 0];
    for (const subscriber of this.#subscribers) {
      if (subscriber.offer(message)) taken += 1;
      offered += 1;
      if (offered % sliceSize === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#parts.metrics.told(message.kind, taken, event.timestamp);
  }

  /** The view does not know of an event: what it shows is said to be older, and looked at again until it does. */
  async #catchUpWithView(answer: Answered, each: FeedEvent): Promise<void> {
    const { policy, stream } = this.#parts;
    if (stream.declaration.since === undefined && answer.version! > (this.#told ?? 0)) await this.#tell(this.#message(answer.result, 'resync', answer.version!, 'stale'), each);
    for (let tries = 1; tries <= policy.staleTries; tries += 1) {
      await this.#queue.pause(policy.retryMs);
      if (this.#closed) return;
      const again = await this.#renderNext(each);
      if (again.kind === 'over') return this.#end(again.answer.result);
      if (again.kind === 'message') return this.#tell(again.message, each);
    }
    this.#end(refusalAt(stream.responseKey, 'SUBGRAPH_UNAVAILABLE', 'What this streams lags behind. Subscribe again later.'));
  }

  async #answer(read: StreamRead): Promise<StreamAnswer> {
    this.#parts.metrics.executed();
    return answerOf(await this.#parts.read(read), this.#parts.stream);
  }

  /** Reads until the answer is not older than a version, for a bounded time; past a part of the graph that is down, for a longer one. */
  #answerReflecting(read: StreamRead, version: number): Promise<StreamAnswer> {
    let tries = 0;
    return this.#reflecting(version, (answer) => answer, () => {
      tries += 1;
      return this.#answer(tries === 1 ? read : { ...read, freshness: `${read.freshness} ${tries}` });
    });
  }

  /** A snapshot that is not older than a version, if that can be had. */
  snapshotReflecting(version: number): Promise<Snapshot> {
    return this.#reflecting(version, ({ answer }) => answer, () => this.snapshot());
  }

  async #reflecting<T>(version: number, answerIn: (read: T) => StreamAnswer, read: () => Promise<T>): Promise<T> {
    const { policy } = this.#parts;
    const began = performance.now();
    for (let tries = 0; ; tries += 1) {
      const done = await read();
      const answer = answerIn(done);
      if (answer.kind === 'refused' || this.#closed) return done;
      const isBehind = answer.kind === 'answer' && answer.version !== undefined && answer.version < version;
      if (answer.kind === 'answer' && !isBehind) return done;
      const waited = performance.now() - began;
      if (waited >= (isBehind ? policy.behindPatienceMs : policy.failurePatienceMs)) return done;
      await this.#queue.pause(isBehind ? Math.min(20 * 2 ** Math.min(tries, 4), policy.retryMs) : Math.min(100 * 2 ** Math.min(tries, 6), 5 * policy.retryMs));
    }
  }

  #message(result: ExecutionResult, kind: StreamMark['kind'], version: number, reason?: ResyncReason): StreamMessage {
    return new StreamMessage(result, { kind, version, reason }, this.#parts.positionAt({ epoch: this.#following.epoch, version }));
  }

  #fail(error: unknown): void {
    const { log, feed, stream } = this.#parts;
    log.error({ err: error, feed: feed.key }, 'a stream failed');
    this.#end(refusalAt(stream.responseKey, 'INTERNAL_SERVER_ERROR', 'Something went wrong on our side. Subscribe again later.'));
  }

  /** Ends it for everybody. No cursor: what was sent last is where to go on from. */
  #end(result: ExecutionResult): void {
    for (const each of [...this.#subscribers]) each.end(result);
    this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#following.stop();
    this.#queue.close();
    this.#parts.onEmpty();
  }
}
