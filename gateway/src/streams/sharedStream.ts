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
import type { Subscriber } from './subscriber.ts';

export interface SharedStreamParts extends StreamRendererParts {
  readonly feed: FeedAddress;
  readonly hub: StreamHub;
  /** Of all events that wait in this process. */
  readonly queued: Budget;
  readonly onEmpty: () => void;
  readonly log: Logger;
}

/** Sockets written to in one turn: between turns, others are served. */
const sliceSize = 500;

/**
 * One document with one set of variables for one class of callers, following one feed. Each event is answered once and
 * serialised once, however many subscribe; each subscriber has it once, in order. Lives as long as it has subscribers.
 */
export class SharedStream implements FollowedFeed {
  readonly #parts: SharedStreamParts;
  readonly #queue: EventQueue;
  readonly #following: Following;
  readonly #subscribers = new Set<Subscriber>();
  readonly renderer: StreamRenderer;
  /** Resolves when nothing can be missed any more. Rejects when the owning domain cannot be asked. */
  readonly ready: Promise<void>;
  #told: number | undefined;
  #closed = false;

  /** `after`: the version that its first subscriber has, if it comes back. */
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
      this.#told = this.#following.head;
    });
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

  pause(milliseconds: number): Promise<void> {
    return this.#queue.pause(milliseconds);
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

  #hear(event: FeedEvent): void {
    // Of those that are not all told, one that is none of this stream's must not push out one that is.
    if (!this.isPaced || this.renderer.declares(event)) this.#queue.push(event);
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
      if (this.isPaced)
        await this.#queue.pause(
          this.#parts.stream.declaration.delivery === 'sampled'
            ? this.#parts.policy.sampleIntervalMs
            : this.#parts.policy.latestIntervalMs,
        );
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
    if (this.#parts.stream.declaration.since === undefined) return this.renderer.render(each);
    return this.renderer.declares(each) ? this.renderer.changes(this.#told, each) : { kind: 'nothing' };
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
    if (stream.declaration.since === undefined && answer.version! > (this.#told ?? 0))
      await this.#tell(this.renderer.message(answer, 'resync', answer.version!, 'stale'), each);
    for (let tries = 1; tries <= policy.staleTries; tries += 1) {
      await this.#queue.pause(policy.retryMs);
      if (this.#closed) return;
      const again = await this.#renderNext(each);
      if (again.kind === 'over') return this.#end(again.answer.result);
      if (again.kind === 'message') return this.#tell(again.message, each);
    }
    this.#end(
      refusalAt(stream.responseKey, 'SUBGRAPH_UNAVAILABLE', 'What this streams lags behind. Subscribe again later.'),
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
