import type { ExecutionResult } from 'graphql';
import { pause } from '#platform/events/pause.ts';
import type { ResyncReason } from './eventQueue.ts';
import type { Position } from './cursors.ts';
import type { SharedStream } from './sharedStream.ts';
import { refusalAt } from './streamAnswer.ts';
import type { StreamMessage } from './streamMessage.ts';
import type { Rendered, Snapshot } from './streamRenderer.ts';
import type { StreamSink } from './streamSink.ts';

/** How long a stream that awaits what it is of waits for it, and how often it looks whether its feed has an event. */
const awaitedMs = 5_000;
const lookEveryMs = 50;

export interface SubscriberOptions {
  readonly shared: SharedStream;
  readonly sink: StreamSink;
  /** The first part of its cursors; see `Cursors.prefix`. */
  readonly prefix: string;
  /** The position from which the client resumes; undefined if it begins anew. */
  readonly resumeFrom?: Position;
  readonly owner: SubscriberOwner;
}

/** Whose subscriber it is: an object instead of a callback, which each client would have for itself. */
export interface SubscriberOwner {
  /** Called once, when the subscriber ends for any reason. */
  subscriberEnded(subscriber: Subscriber): void;
}

/**
 * `opening`: a snapshot or missed events are being fetched. `live`: messages of the shared stream are passed on as they
 * come. `lagging`: the client does not read, so messages are left out until there is room.
 */
type State = 'opening' | 'live' | 'lagging' | 'over';

/**
 * One client of a shared stream. It gets a snapshot first, then each message once and in order. With `resumeFrom` it
 * gets the messages after that position instead of a first snapshot. When missed messages cannot be had or are too
 * many, or when the client did not read, a snapshot marked `resync` replaces them.
 */
export class Subscriber {
  readonly #shared: SharedStream;
  readonly #sink: StreamSink;
  readonly #prefix: string;
  readonly #owner: SubscriberOwner;
  #resumeFrom: Position | undefined;
  #state: State = 'opening';
  #firstSnapshot: Snapshot | undefined;
  /**
   * The version up to which the client has been sent everything. Undefined only where the feed's domain cannot be
   * asked.
   */
  #sent: number | undefined;
  #epoch: string | undefined;
  #hasBegun = false;
  /** What ended it before it had begun: `begin` tells it then. */
  #endedWith: ExecutionResult | undefined;
  /** The reason for a resync that came up while something else was being fetched. */
  #pendingResync: ResyncReason | undefined;

  constructor({ shared, sink, prefix, resumeFrom, owner }: SubscriberOptions) {
    this.#shared = shared;
    this.#sink = sink;
    this.#prefix = prefix;
    this.#owner = owner;
    this.#resumeFrom = resumeFrom;
    shared.join(this);
  }

  /** The position of the last message that was sent; undefined before the first. */
  get position(): Position | undefined {
    return this.#sent === undefined || this.#epoch === undefined
      ? undefined
      : { epoch: this.#epoch, version: this.#sent };
  }

  /**
   * Fetches what it begins with. Resolves to undefined when `start` may be called; or to an answer if there is nothing
   * to follow, and then the subscriber has ended.
   */
  async begin(): Promise<ExecutionResult | undefined> {
    const [shared, resumeFrom] = [this.#shared, this.#resumeFrom];
    const { stream, feed, log } = shared.parts;
    try {
      await shared.ready;
    } catch (error) {
      log.warn({ err: error, feed: feed.key }, 'a feed cannot be followed');
      this.stop();
      return refusalAt(
        stream.responseKey,
        'SUBGRAPH_UNAVAILABLE',
        'The data of this stream is not available now. Subscribe again later.',
      );
    }
    if (resumeFrom) {
      this.#hasBegun = true;
      this.#sent = resumeFrom.version;
      this.#epoch = resumeFrom.epoch;
      return undefined;
    }
    const snapshot = await this.#beginning();
    if (this.#endedWith) return this.#endedWith;
    this.#hasBegun = true;
    this.#firstSnapshot = snapshot;
    if (snapshot.answer.kind === 'answer') return undefined;
    this.stop();
    return snapshot.answer.result;
  }

  /** The first snapshot. What may be there in a moment is waited for; whoever may not see it waits as long. */
  async #beginning(): Promise<Snapshot> {
    const shared = this.#shared;
    const until = performance.now() + awaitedMs;
    for (;;) {
      const { head } = shared;
      const snapshot = await shared.renderer.snapshot();
      // A stream that ends because its caller may not see what has come is told so no sooner than if nothing had come.
      const isDone = (): boolean => (this.#isOver && !this.#endedWith) || performance.now() > until;
      if (!shared.parts.stream.declaration.awaits || snapshot.answer.kind !== 'refused' || isDone()) return snapshot;
      while (shared.head === head && !isDone()) await pause(lookEveryMs);
    }
  }

  /** Starts to send messages. */
  start(): void {
    this.#startWork(async () => {
      if (this.#firstSnapshot) {
        this.#sendSnapshot(this.#firstSnapshot, 'snapshot');
        this.#firstSnapshot = undefined;
        return this.#catchUp();
      }
      return this.#resume();
    });
  }

  /** Takes a message of the shared stream. @returns whether it was sent to the client */
  offer(message: StreamMessage): boolean {
    if (this.#state !== 'live' || this.#hasSent(message.version)) return false;
    if (this.#sink.isFull) {
      this.#waitForRoom();
      return false;
    }
    this.#send(message);
    return true;
  }

  /**
   * To be called when events were lost, so that the next message does not follow on the last one: the client gets a
   * snapshot.
   */
  lose(reason: ResyncReason): void {
    if (this.#state === 'live') this.#startWork(() => this.#resync(reason));
    else this.#pendingResync ??= reason;
  }

  /** Ends it, and tells the client why if there is a `result`. */
  end(result?: ExecutionResult): void {
    if (this.#state === 'over') return;
    this.stop();
    if (result && !this.#hasBegun) this.#endedWith = result;
    else this.#sink.end(result);
  }

  /** Ends it without telling the client. */
  stop(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#shared.leave(this);
    this.#owner.subscriberEnded(this);
  }

  get #isOver(): boolean {
    return this.#state === 'over';
  }

  #hasSent(version: number): boolean {
    return this.#sent !== undefined && version <= this.#sent;
  }

  #startWork(work: () => Promise<void>): void {
    this.#state = 'opening';
    work().catch((error: unknown) => {
      const { log, feed, stream } = this.#shared.parts;
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
    this.#epoch = this.#shared.epoch;
    this.#sink.send(message, this.#prefix);
    if (message.isLast) this.end();
  }

  /** Sends a message to this client only, and counts it. */
  #sendAlone(message: StreamMessage): void {
    this.#send(message);
    this.#shared.parts.metrics.sent(message.kind);
  }

  #sendSnapshot(snapshot: Snapshot, kind: 'snapshot' | 'resync' | 'event', reason?: ResyncReason): void {
    this.#sendAlone(this.#shared.renderer.snapshotMessage(snapshot, kind, reason));
    if (reason === 'lagged') this.#shared.parts.metrics.lagged();
    const { answer, head } = snapshot;
    this.#sent = (answer.kind === 'answer' ? answer.version : undefined) ?? head;
  }

  async #resume(): Promise<void> {
    const shared = this.#shared;
    const { isPaced, parts } = shared;
    // If the domain cannot be asked, the events that this process has heard have to do.
    if (this.#epoch !== shared.epoch) return this.#resync('epoch-changed');
    if (this.#resumeFrom?.isLast) return this.end();
    if (shared.head !== undefined && this.#sent! > shared.head) {
      const isAhead = await shared.hasVersion(this.#sent!).catch(() => undefined);
      if (this.#isOver) return;
      if (isAhead === undefined)
        return this.end(
          refusalAt(
            parts.stream.responseKey,
            'SUBGRAPH_UNAVAILABLE',
            'It cannot be told now what you have missed. Subscribe again later.',
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

  #waitForRoom(): void {
    this.#state = 'lagging';
    this.#sink.onRoom(() => {
      if (this.#state === 'lagging') this.#startWork(() => this.#resync(this.#pendingResync ?? 'lagged'));
    });
  }

  async #resync(reason: ResyncReason): Promise<void> {
    this.#pendingResync = undefined;
    const snapshot = await this.#shared.renderer.snapshotReflecting(reason === 'epoch-changed' ? 0 : (this.#sent ?? 0));
    if (this.#isOver) return;
    if (snapshot.answer.kind !== 'answer') return this.end(snapshot.answer.result);
    if (this.#sink.isFull) return this.#waitForRoom();
    this.#sendSnapshot(snapshot, 'resync', reason);
    return this.#catchUp();
  }

  /**
   * Sends the messages that the shared stream has published in the meantime, until none is missing; from then on the
   * subscriber is live.
   */
  async #catchUp(): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      if (this.#isOver) return;
      if (this.#pendingResync) return this.#resync(this.#pendingResync);
      const { publishedVersion } = this.#shared;
      if (publishedVersion === undefined || this.#sent === undefined || this.#sent >= publishedVersion) {
        this.#state = 'live';
        return;
      }
      if (this.#sink.isFull) return this.#waitForRoom();
      const outcome = await this.#catchUpTo(publishedVersion);
      if (this.#isOver) return;
      if (typeof outcome === 'string') {
        // Waits first, since the read model may lag as far behind as the stream.
        await this.#pause();
        return this.#isOver ? undefined : this.#resync(outcome);
      }
      if (!outcome) {
        if (tries >= this.#shared.parts.policy.staleTries) return this.#endBehind();
        await this.#pause();
      }
    }
  }

  /**
   * Sends what is missing up to `publishedVersion`. Returns true if that made progress, false if the read model lags
   * behind, or the reason why the missing messages cannot be had.
   */
  async #catchUpTo(publishedVersion: number): Promise<boolean | ResyncReason> {
    const shared = this.#shared;
    if (shared.parts.stream.declaration.since !== undefined)
      return this.#sendRendered(await shared.renderer.renderChanges(this.#sent, { version: publishedVersion }));
    if (shared.isPaced)
      return this.#sendLatest(await shared.renderer.snapshotReflecting(publishedVersion), publishedVersion);
    if (publishedVersion - this.#sent! > shared.parts.policy.maxReplayedEvents) return 'too-far-behind';
    const missed = await this.#readMissed(publishedVersion);
    if (typeof missed === 'string') return missed;
    for (const event of missed) {
      if (this.#isOver || this.#pendingResync || this.#sink.isFull) return true;
      if (this.#hasSent(event.version)) continue;
      const rendered = await shared.renderer.render(event);
      if (this.#isOver) return true;
      if (rendered.kind === 'nothing') this.#sent = event.version;
      else if (!this.#sendRendered(rendered)) return false;
    }
    return true;
  }

  async #readMissed(publishedVersion: number) {
    const shared = this.#shared;
    try {
      return await shared.between(this.#sent!, publishedVersion);
    } catch (error) {
      shared.parts.log.warn(
        { err: error, feed: shared.parts.feed.key },
        'the missed events of a stream cannot be read',
      );
      return 'gap' as const;
    }
  }

  #sendRendered(rendered: Rendered): boolean {
    if (this.#isOver) return true;
    if (rendered.kind === 'over') this.end(rendered.answer.result);
    else if (rendered.kind === 'message' && !this.#hasSent(rendered.message.version)) this.#sendAlone(rendered.message);
    return rendered.kind !== 'behind';
  }

  #sendLatest(snapshot: Snapshot, publishedVersion: number): boolean {
    if (this.#isOver) return true;
    if (snapshot.answer.kind !== 'answer') this.end(snapshot.answer.result);
    else if ((snapshot.answer.version ?? publishedVersion) < publishedVersion) return false;
    else this.#sendSnapshot(snapshot, 'event');
    return true;
  }

  #endBehind(): void {
    this.end(
      refusalAt(
        this.#shared.parts.stream.responseKey,
        'SUBGRAPH_UNAVAILABLE',
        'The data of this stream lags behind. Subscribe again later.',
      ),
    );
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.#shared.parts.policy.retryMs).unref());
  }
}
