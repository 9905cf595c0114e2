import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { Budget } from './budget.ts';
import { EventQueue, type QueueBounds, type ResyncReason, type Taken } from './eventQueue.ts';
import { FewSet } from './fewSet.ts';
import type { FeedAddress, FeedEvent } from './feeds/feedAddress.ts';
import { refusalAt } from './streamAnswer.ts';
import type { FeedFollower } from './feeds/feed.ts';
import type { Following, StreamHub } from './feeds/streamHub.ts';
import type { StreamMessage } from './streamMessage.ts';
import {
  StreamRenderer,
  type Answered,
  type FollowedFeed,
  type Rendered,
  type StreamRendererParts,
} from './streamRenderer.ts';

/** What a shared stream tells each of its subscribers; see `Subscriber`. */
export interface StreamListener {
  offer(message: StreamMessage): boolean;
  lose(reason: ResyncReason): void;
  end(result: ExecutionResult): void;
}

export interface SharedStreamParts extends StreamRendererParts {
  readonly feed: FeedAddress;
  readonly hub: StreamHub;
  /** The budget for the queued events of all streams of the process. */
  readonly queued: Budget;
  /** Called once, when the stream has closed because nobody subscribes any more, or because it ended. */
  onEmpty(stream: SharedStream): void;
  readonly log: Logger;
}

/** How many subscribers are written to before other work of the event loop gets a turn. */
const sliceSize = 500;

/**
 * The stream that all subscribers with the same document, variables and class of caller share. Each event is executed
 * and serialised once, however many subscribe, and each subscriber gets each message once and in order. It lives as
 * long as it has subscribers.
 */
export class SharedStream implements FollowedFeed, FeedFollower, QueueBounds {
  readonly #parts: SharedStreamParts;
  readonly #queue: EventQueue;
  readonly #following: Following;
  readonly #subscribers = new FewSet<StreamListener>();
  readonly renderer: StreamRenderer;
  /** Resolves when no later event can be missed. Rejects when the owning domain cannot be asked. */
  readonly ready: Promise<void>;
  #publishedVersion: number | undefined;
  #closed = false;
  /** Whether events have to wait: for the start, or for what is being made of the one before. */
  #isBusy = true;

  /** `after`: the version that the first subscriber has already, if it resumes. */
  constructor(parts: SharedStreamParts, after?: number) {
    const { hub, feed } = parts;
    this.#parts = parts;
    this.renderer = new StreamRenderer(parts, this);
    this.#queue = new EventQueue(this);
    this.#following = hub.follow(feed, this, after);
    this.ready = this.#following.ready.then(() => {
      this.#publishedVersion = this.#following.head;
      this.#isBusy = false;
      this.#advance();
    });
    // The subscribers await `ready` themselves, and handle the failure.
    this.ready.catch(() => undefined);
  }

  get parts(): SharedStreamParts {
    return this.#parts;
  }

  /** Whether the stream leaves out events (`delivery` is `latest` or `sampled`). */
  get isPaced(): boolean {
    return this.#parts.stream.declaration.delivery !== 'every';
  }

  newBudget(): Budget {
    const { policy, queued } = this.#parts;
    return new Budget({ items: policy.maxQueuedEvents, bytes: policy.maxQueuedBytes }, queued);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** The version up to which all subscribers that keep up have been sent everything. */
  get publishedVersion(): number | undefined {
    return this.#publishedVersion;
  }

  /** The version of the feed's latest event. */
  get head(): number | undefined {
    return this.#following.head;
  }

  get epoch(): string {
    return this.#following.epoch;
  }

  /** Waits, or returns early when the stream closes. */
  pause(milliseconds: number): Promise<void> {
    return this.#queue.pause(milliseconds);
  }

  join(subscriber: StreamListener): void {
    this.#subscribers.add(subscriber);
  }

  leave(subscriber: StreamListener): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size === 0) this.#close();
  }

  /** See `Feed.between`. */
  between(after: number, upTo: number): Promise<readonly FeedEvent[] | ResyncReason> {
    return this.#following.between(after, upTo);
  }

  /** See `Feed.hasVersion`. */
  hasVersion(version: number): Promise<boolean> {
    return this.#following.hasVersion(version);
  }

  /** Takes an event of the feed. */
  event(event: FeedEvent): void {
    // A paced stream keeps only the latest event. An event that the stream does not declare must not replace one that
    // it does.
    if (this.isPaced && !this.renderer.declares(event)) return;
    if (this.#isBusy || !this.#queue.isEmpty) this.#queue.push(event);
    else this.#advance(event);
  }

  /** Hears that events of the feed cannot be had. */
  lost(reason: ResyncReason): void {
    this.#queue.lose(reason);
    this.#advance();
  }

  /**
   * Handles `first`, which has not been queued, and what is queued, one after the other. While that needs no reading it
   * is done at once: most events of most streams say all that is selected, and a stream that nothing happens to keeps
   * nothing in memory that waits.
   */
  #advance(first?: Taken): void {
    try {
      for (let taken = first; !this.#isBusy && !this.#closed; taken = undefined) {
        taken ??= this.#queue.take();
        if (taken === undefined) return;
        const handling = this.#handle(taken);
        if (!handling && !this.isPaced) continue;
        this.#isBusy = true;
        void this.#afterwards(handling);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  async #afterwards(handling: Promise<void> | undefined): Promise<void> {
    try {
      await handling;
      const { stream, policy } = this.#parts;
      if (this.isPaced)
        await this.#queue.pause(
          stream.declaration.delivery === 'sampled' ? policy.sampleIntervalMs : policy.latestIntervalMs,
        );
    } catch (error) {
      this.#fail(error);
    }
    this.#isBusy = false;
    this.#advance();
  }

  #handle(taken: Taken): Promise<void> | undefined {
    if (typeof taken !== 'string') return this.#handleEvent(taken);
    // The dropped events reach up to the head. Each subscriber reads a snapshot that is at least as new.
    this.#publishedVersion = this.#following.head ?? this.#publishedVersion;
    for (const each of [...this.#subscribers]) each.lose(taken);
    return undefined;
  }

  #handleEvent(each: FeedEvent): Promise<void> | undefined {
    if (this.#publishedVersion !== undefined && each.version <= this.#publishedVersion) return undefined;
    const rendered = this.#renderNext(each);
    return rendered instanceof Promise ? rendered.then((done) => this.#take(done, each)) : this.#take(rendered, each);
  }

  #take(rendered: Rendered, each: FeedEvent): Promise<void> | undefined {
    if (this.#closed) return undefined;
    if (rendered.kind === 'message') return this.#publish(rendered.message, each);
    if (rendered.kind === 'behind') return this.#catchUpWithView(rendered.answer, each);
    if (rendered.kind === 'nothing') this.#publishedVersion = each.version;
    else this.#end(rendered.answer.result);
    return undefined;
  }

  #renderNext(each: FeedEvent): Rendered | Promise<Rendered> {
    if (this.#parts.stream.declaration.since === undefined) return this.renderer.render(each);
    return this.renderer.declares(each)
      ? this.renderer.renderChanges(this.#publishedVersion, each)
      : { kind: 'nothing' };
  }

  #publish(message: StreamMessage, { event }: FeedEvent): Promise<void> | undefined {
    this.#publishedVersion = Math.max(message.version, this.#publishedVersion ?? 0);
    if (this.#subscribers.size > sliceSize) return this.#publishInSlices(message, event.timestamp);
    let taken = 0;
    for (const subscriber of this.#subscribers) if (subscriber.offer(message)) taken += 1;
    this.#parts.metrics.published(message.kind, taken, event.timestamp);
    return undefined;
  }

  async #publishInSlices(message: StreamMessage, timestamp: string): Promise<void> {
    let [offered, taken] = [0, 0];
    for (const subscriber of this.#subscribers) {
      if (subscriber.offer(message)) taken += 1;
      offered += 1;
      if (offered % sliceSize === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#parts.metrics.published(message.kind, taken, timestamp);
  }

  /**
   * The answer is older than the event: the read model behind it lags. Subscribers are sent what there is, marked
   * `stale`, and the answer is read again until it includes the event.
   */
  async #catchUpWithView(answer: Answered, each: FeedEvent): Promise<void> {
    const { policy, stream } = this.#parts;
    if (stream.declaration.since === undefined && answer.version! > (this.#publishedVersion ?? 0))
      await this.#publish(this.renderer.message(answer, 'resync', answer.version!, 'stale'), each);
    for (let tries = 1; tries <= policy.staleTries; tries += 1) {
      await this.#queue.pause(policy.retryMs);
      if (this.#closed) return;
      const again = await this.#renderNext(each);
      if (again.kind === 'over') return this.#end(again.answer.result);
      if (again.kind === 'message') return this.#publish(again.message, each);
    }
    this.#end(
      refusalAt(
        stream.responseKey,
        'SUBGRAPH_UNAVAILABLE',
        'The data of this stream lags behind. Subscribe again later.',
      ),
    );
  }

  #fail(error: unknown): void {
    const { log, feed, stream } = this.#parts;
    log.error({ err: error, feed: feed.key }, 'a stream failed');
    this.#end(
      refusalAt(
        stream.responseKey,
        'INTERNAL_SERVER_ERROR',
        'Something went wrong on our side. Subscribe again later.',
      ),
    );
  }

  /** Ends the stream for all subscribers. The last message has no cursor: clients resume from the one before. */
  #end(result: ExecutionResult): void {
    for (const each of [...this.#subscribers]) each.end(result);
    this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#following.stop();
    this.#queue.close();
    this.#parts.onEmpty(this);
  }
}
