import type { ExecutionResult } from 'graphql';
import type { ResyncReason } from './eventQueue.ts';
import type { Position } from './cursors.ts';
import type { SharedStream } from './sharedStream.ts';
import { refusalAt } from './streamAnswer.ts';
import type { StreamMessage } from './streamMessage.ts';
import type { Rendered, Snapshot } from './streamRenderer.ts';
import type { StreamSink } from './streamSink.ts';

export interface SubscriberOptions {
  readonly shared: SharedStream;
  readonly sink: StreamSink;
  /** What its cursors begin with. */
  readonly prefix: string;
  /** Where the client was. */
  readonly resumeFrom?: Position;
  /** Called once, when it is over. */
  readonly onEnd: () => void;
}

/**
 * `opening`: what it has not got yet is being fetched. `live`: it is handed what its stream tells. `lagging`: its
 * client does not read; left out until there is room.
 */
type State = 'opening' | 'live' | 'lagging' | 'over';

/**
 * One client of a shared stream: first a snapshot, then each message once, in order. With `resumeFrom` it begins with
 * what came after, without a snapshot. Where what is missing cannot be had, or is too much, or its client did not read,
 * a snapshot comes in its place that says so.
 */
export class Subscriber {
  readonly #options: SubscriberOptions;
  #state: State = 'opening';
  #first: Snapshot | undefined;
  /** Up to which the client has everything. Undefined only where the feed's domain cannot be asked. */
  #sent: number | undefined;
  #epoch: string | undefined;
  /** What went wrong while it was busy. */
  #lost: ResyncReason | undefined;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    options.shared.join(this);
  }

  /** Where its client is; undefined before it has anything. */
  get position(): Position | undefined {
    return this.#sent === undefined || this.#epoch === undefined
      ? undefined
      : { epoch: this.#epoch, version: this.#sent };
  }

  /**
   * Resolves when it can `start`; to the answer instead of a stream, if there is nothing to follow. It then is over.
   */
  async begin(): Promise<ExecutionResult | undefined> {
    const { shared, resumeFrom } = this.#options;
    const { stream, feed, log } = shared.parts;
    try {
      await shared.ready;
    } catch (error) {
      log.warn({ err: error, feed: feed.key }, 'a feed cannot be followed');
      this.stop();
      return refusalAt(
        stream.responseKey,
        'SUBGRAPH_UNAVAILABLE',
        'What this streams is not available now. Subscribe again later.',
      );
    }
    if (resumeFrom) {
      this.#sent = resumeFrom.version;
      this.#epoch = resumeFrom.epoch;
      return undefined;
    }
    const snapshot = await shared.renderer.snapshot();
    this.#first = snapshot;
    if (snapshot.answer.kind === 'answer') return undefined;
    this.stop();
    return snapshot.answer.result;
  }

  /** From here on it sends. */
  start(): void {
    this.#busy(async () => {
      if (this.#first) {
        this.#show(this.#first, 'snapshot');
        this.#first = undefined;
        return this.#catchUp();
      }
      return this.#resume();
    });
  }

  /** Is handed a message of its stream. @returns whether its client is sent it */
  offer(message: StreamMessage): boolean {
    if (this.#state !== 'live' || this.#has(message.version)) return false;
    if (this.#options.sink.isFull) {
      this.#lag();
      return false;
    }
    this.#send(message);
    return true;
  }

  /** What follows does not follow on what it has. */
  lose(reason: ResyncReason): void {
    if (this.#state === 'live') this.#busy(() => this.#resync(reason));
    else this.#lost ??= reason;
  }

  /** The stream is over for everybody. */
  end(result?: ExecutionResult): void {
    if (this.#state === 'over') return;
    this.stop();
    this.#options.sink.end(result);
  }

  /** Ends it without a word. */
  stop(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#options.shared.leave(this);
    this.#options.onEnd();
  }

  get #isOver(): boolean {
    return this.#state === 'over';
  }

  #has(version: number): boolean {
    return this.#sent !== undefined && version <= this.#sent;
  }

  #busy(work: () => Promise<void>): void {
    this.#state = 'opening';
    work().catch((error: unknown) => {
      const { log, feed, stream } = this.#options.shared.parts;
      log.error({ err: error, feed: feed.key }, 'a subscription failed');
      this.end(
        refusalAt(
          stream.responseKey,
          'INTERNAL_SERVER_ERROR',
          'Something went wrong on our side. Subscribe again later.',
        ),
      );
    });
  }

  #send(message: StreamMessage): void {
    this.#sent = message.version;
    this.#epoch = this.#options.shared.epoch;
    this.#options.sink.send(message, this.#options.prefix);
    if (message.isLast) this.end();
  }

  /** What not all of its stream are told now. */
  #sendAlone(message: StreamMessage): void {
    this.#send(message);
    this.#options.shared.parts.metrics.sent(message.kind);
  }

  #show(snapshot: Snapshot, kind: 'snapshot' | 'resync' | 'event', reason?: ResyncReason): void {
    this.#sendAlone(this.#options.shared.renderer.messageOf(snapshot, kind, reason));
    if (reason === 'lagged') this.#options.shared.parts.metrics.lagged();
    const { answer, head } = snapshot;
    this.#sent = (answer.kind === 'answer' ? answer.version : undefined) ?? head;
  }

  async #resume(): Promise<void> {
    const { shared } = this.#options;
    const { isPaced, parts } = shared;
    // Where the domain cannot be asked, what this process heard has to do.
    if (this.#epoch !== shared.epoch) return this.#resync('epoch-changed');
    if (this.#options.resumeFrom?.isLast) return this.end();
    if (shared.head !== undefined && this.#sent! > shared.head) {
      const isAhead = await shared.knows(this.#sent!).catch(() => undefined);
      if (this.#isOver) return;
      if (isAhead === undefined)
        return this.end(
          refusalAt(
            parts.stream.responseKey,
            'SUBGRAPH_UNAVAILABLE',
            'Where this stream is cannot be told now. Subscribe again later.',
          ),
        );
      if (!isAhead) return this.#resync('epoch-changed');
    }
    const { head } = shared;
    if (head === undefined) return this.#resync('gap');
    if (isPaced || parts.stream.declaration.since !== undefined || head - this.#sent! <= parts.policy.maxReplayedEvents)
      return this.#catchUp();
    return this.#resync('too-far-behind');
  }

  #lag(): void {
    this.#state = 'lagging';
    this.#options.sink.onRoom(() => {
      if (this.#state === 'lagging') this.#busy(() => this.#resync(this.#lost ?? 'lagged'));
    });
  }

  async #resync(reason: ResyncReason): Promise<void> {
    this.#lost = undefined;
    const snapshot = await this.#options.shared.renderer.snapshotReflecting(
      reason === 'epoch-changed' ? 0 : (this.#sent ?? 0),
    );
    if (this.#isOver) return;
    if (snapshot.answer.kind !== 'answer') return this.end(snapshot.answer.result);
    if (this.#options.sink.isFull) return this.#lag();
    this.#show(snapshot, 'resync', reason);
    return this.#catchUp();
  }

  /** Sends what its stream told meanwhile, until nothing is missing; from then on it is live. */
  async #catchUp(): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      if (this.#isOver) return;
      if (this.#lost) return this.#resync(this.#lost);
      const { told } = this.#options.shared;
      if (told === undefined || this.#sent === undefined || this.#sent >= told) {
        this.#state = 'live';
        return;
      }
      if (this.#options.sink.isFull) return this.#lag();
      const outcome = await this.#catchUpTo(told);
      if (this.#isOver) return;
      if (typeof outcome === 'string') {
        // Not at once: the view may be as far behind as the stream.
        await this.#pause();
        return this.#isOver ? undefined : this.#resync(outcome);
      }
      if (!outcome) {
        if (tries >= this.#options.shared.parts.policy.staleTries) return this.#endBehind();
        await this.#pause();
      }
    }
  }

  /** True when it helped; false when the view is behind; else why what is missing cannot be had. */
  async #catchUpTo(told: number): Promise<boolean | ResyncReason> {
    const { shared } = this.#options;
    if (shared.parts.stream.declaration.since !== undefined)
      return this.#take(await shared.renderer.changes(this.#sent, { version: told }));
    if (shared.isPaced) return this.#takeLatest(await shared.renderer.snapshotReflecting(told), told);
    if (told - this.#sent! > shared.parts.policy.maxReplayedEvents) return 'too-far-behind';
    const missed = await this.#missed(told);
    if (typeof missed === 'string') return missed;
    for (const event of missed) {
      if (this.#isOver || this.#lost || this.#options.sink.isFull) return true;
      if (this.#has(event.version)) continue;
      const rendered = await shared.renderer.render(event);
      if (this.#isOver) return true;
      if (rendered.kind === 'nothing') this.#sent = event.version;
      else if (!this.#take(rendered)) return false;
    }
    return true;
  }

  async #missed(told: number) {
    const { shared } = this.#options;
    try {
      return await shared.between(this.#sent!, told);
    } catch (error) {
      shared.parts.log.warn({ err: error, feed: shared.parts.feed.key }, 'what a stream missed cannot be read');
      return 'gap' as const;
    }
  }

  #take(rendered: Rendered): boolean {
    if (this.#isOver) return true;
    if (rendered.kind === 'over') this.end(rendered.answer.result);
    else if (rendered.kind === 'message' && !this.#has(rendered.message.version)) this.#sendAlone(rendered.message);
    return rendered.kind !== 'behind';
  }

  #takeLatest(snapshot: Snapshot, told: number): boolean {
    if (this.#isOver) return true;
    if (snapshot.answer.kind !== 'answer') this.end(snapshot.answer.result);
    else if ((snapshot.answer.version ?? told) < told) return false;
    else this.#show(snapshot, 'event');
    return true;
  }

  #endBehind(): void {
    this.end(
      refusalAt(
        this.#options.shared.parts.stream.responseKey,
        'SUBGRAPH_UNAVAILABLE',
        'What this streams lags behind. Subscribe again later.',
      ),
    );
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.#options.shared.parts.policy.retryMs).unref());
  }
}
