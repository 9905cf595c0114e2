import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { Budget } from './budget.ts';
import { EventQueue, type ResyncReason } from './eventQueue.ts';
import type { FeedAddress, FeedEvent } from './feeds/feedAddress.ts';
import { refusalAt } from './streamAnswer.ts';
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
  readonly onEmpty: () => void;
  readonly log: Logger;
}

/** How many subscribers are written to before other work of the event loop gets a turn. */
const sliceSize = 500;

/**
 * The stream that all subscribers with the same document, variables and class of caller share. Each event is executed
 * and serialised once, however many subscribe, and each subscriber gets each message once and in order. It lives as
 * long as it has subscribers.
 */
export class SharedStream implements FollowedFeed {
  readonly #parts: SharedStreamParts;
  readonly #queue: EventQueue;
  readonly #following: Following;
  readonly #subscribers = new Set<StreamListener>();
  readonly renderer: StreamRenderer;
  /** Resolves when no later event can be missed. Rejects when the owning domain cannot be asked. */
  readonly ready: Promise<void>;
  #publishedVersion: number | undefined;
  #closed = false;

  /** `after`: the version that the first subscriber has already, if it resumes. */
  constructor(parts: SharedStreamParts, after?: number) {
    const { hub, feed, policy, queued } = parts;
    this.#parts = parts;
    this.renderer = new StreamRenderer(parts, this);
    this.#queue = new EventQueue(new Budget({ items: policy.maxQueuedEvents, bytes: policy.maxQueuedBytes }, queued), {
      latest: this.isPaced,
    });
    this.#following = hub.follow(
      feed,
      { event: (event) => this.#hear(event), lost: (reason) => this.#queue.lose(reason) },
      after,
    );
    this.ready = this.#following.ready.then(() => {
      this.#publishedVersion = this.#following.head;
    });
    this.#run().catch((error: unknown) => this.#fail(error));
  }

  get parts(): SharedStreamParts {
    return this.#parts;
  }

  /** Whether the stream leaves out events (`delivery` is `latest` or `sampled`). */
  get isPaced(): boolean {
    return this.#parts.stream.declaration.delivery !== 'every';
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

  #hear(event: FeedEvent): void {
    // A paced stream keeps only the latest event. An event that the stream does not declare must not replace one that
    // it does.
    if (!this.isPaced || this.renderer.declares(event)) this.#queue.push(event);
  }

  async #run(): Promise<void> {
    try {
      await this.ready;
    } catch {
      // The subscribers await `ready` themselves, and handle the failure.
      return;
    }
    for (;;) {
      const taken = await this.#queue.take();
      if (taken.kind === 'closed') return;
      if (taken.kind === 'lost') {
        // The dropped events reach up to the head. Each subscriber reads a snapshot that is at least as new.
        this.#publishedVersion = this.#following.head ?? this.#publishedVersion;
        for (const each of [...this.#subscribers]) each.lose(taken.reason);
      } else await this.#handleEvent(taken.event);
      if (this.isPaced)
        await this.#queue.pause(
          this.#parts.stream.declaration.delivery === 'sampled'
            ? this.#parts.policy.sampleIntervalMs
            : this.#parts.policy.latestIntervalMs,
        );
    }
  }

  async #handleEvent(each: FeedEvent): Promise<void> {
    if (this.#publishedVersion !== undefined && each.version <= this.#publishedVersion) return;
    const rendered = await this.#renderNext(each);
    if (this.#closed) return;
    if (rendered.kind === 'nothing') this.#publishedVersion = each.version;
    else if (rendered.kind === 'message') await this.#publish(rendered.message, each);
    else if (rendered.kind === 'over') this.#end(rendered.answer.result);
    else await this.#catchUpWithView(rendered.answer, each);
  }

  async #renderNext(each: FeedEvent): Promise<Rendered> {
    if (this.#parts.stream.declaration.since === undefined) return this.renderer.render(each);
    return this.renderer.declares(each)
      ? this.renderer.renderChanges(this.#publishedVersion, each)
      : { kind: 'nothing' };
  }

  async #publish(message: StreamMessage, { event }: FeedEvent): Promise<void> {
    this.#publishedVersion = Math.max(message.version, this.#publishedVersion ?? 0);
    let [offered, taken] = [0, 0];
    for (const subscriber of this.#subscribers) {
      if (subscriber.offer(message)) taken += 1;
      offered += 1;
      if (offered % sliceSize === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#parts.metrics.published(message.kind, taken, event.timestamp);
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
    this.#parts.onEmpty();
  }
}
