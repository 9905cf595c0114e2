import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { StreamPolicy } from '../channelManifest.ts';
import { Budget } from './budget.ts';
import type { Position } from './cursors.ts';
import { EventQueue, type ResyncReason } from './eventQueue.ts';
import type { FeedAddress, FeedEvent } from './feedAddress.ts';
import { answerOf, overlay, refusalAt, type StreamAnswer } from './streamAnswer.ts';
import type { StreamDocument } from './streamDocument.ts';
import type { Following, StreamHub } from './streamHub.ts';

export interface StreamOptions {
  readonly stream: StreamDocument;
  readonly hub: StreamHub;
  readonly feed: FeedAddress;
  readonly policy: StreamPolicy;
  /** What may wait for it counts there, too. */
  readonly budget?: Budget;
  /** Answers the selection now, under the rights of now. Reads under the same freshness may be shared. */
  readonly read: (freshness: string) => Promise<ExecutionResult>;
  /** The cursor of a position in the feed. */
  readonly cursorAt: (position: Position) => string;
  /** Where the client was. */
  readonly resumeFrom?: Position;
  /** Called when it is over. May be called more than once. */
  readonly onEnd?: () => void;
  readonly log: Logger;
}

/** What stands in `extensions.stream` of every message. */
export interface StreamMark {
  readonly kind: 'snapshot' | 'event' | 'resync';
  readonly cursor: string;
  readonly version: number;
  readonly reason?: ResyncReason;
}

/** A running stream. `return` ends it at once, also while it waits. */
export type Stream = AsyncGenerator<ExecutionResult, void, void>;

type Answered = Extract<StreamAnswer, { kind: 'answer' }>;
/** Whether the stream goes on. */
type Step = AsyncGenerator<ExecutionResult, boolean, void>;

/**
 * Follows a feed: first a snapshot, then one message per event in the order of the feed, none twice, none left out. Following begins before the
 * snapshot is read, so nothing falls between the two. With `resumeFrom` it begins with what came after, without a snapshot. Where what is missing
 * cannot be had, or is too much, a snapshot comes in its place that says so.
 * If the snapshot is null or refused there is nothing to follow: the result is that answer, and no stream.
 */
export async function openStream(options: StreamOptions): Promise<Stream | ExecutionResult> {
  const run = new StreamRun(options);
  try {
    const refused = await run.begin();
    if (!refused) return endable(run.messages(), () => run.stop());
    run.stop();
    return refused;
  } catch (error) {
    run.stop();
    throw error;
  }
}

class StreamRun {
  readonly #options: StreamOptions;
  readonly #queue: EventQueue;
  readonly #following: Following;
  readonly #latest: boolean;
  #first: Answered | undefined;
  /** Of the feed when the first snapshot was read. */
  #firstHead: number | undefined;
  /** Up to which the client has everything. Undefined only where the feed's domain cannot be asked. */
  #sent: number | undefined;

  constructor(options: StreamOptions) {
    const { stream, hub, feed, policy, budget, resumeFrom } = options;
    this.#options = options;
    this.#latest = stream.declaration.delivery === 'latest';
    this.#queue = new EventQueue(new Budget({ items: policy.maxQueuedEvents, bytes: policy.maxQueuedBytes }, budget), { latest: this.#latest });
    this.#following = hub.follow(feed, { event: (event) => this.#queue.push(event), lost: (reason) => this.#queue.lose(reason) }, resumeFrom?.version);
    // Heard by `begin`, which may come to it late.
    this.#following.ready.catch(() => undefined);
  }

  stop(): void {
    this.#following.stop();
    this.#queue.close();
    this.#options.onEnd?.();
  }

  /** The answer instead of a stream, if there is nothing to follow. */
  async begin(): Promise<ExecutionResult | undefined> {
    const { stream, resumeFrom, feed, log } = this.#options;
    try {
      await this.#following.ready;
    } catch (error) {
      log.warn({ err: error, feed: feed.key }, 'a feed cannot be followed');
      return refusalAt(stream.responseKey, 'SUBGRAPH_UNAVAILABLE', 'What this streams is not available now. Subscribe again later.');
    }
    if (resumeFrom) {
      this.#sent = resumeFrom.version;
      return undefined;
    }
    this.#firstHead = this.#following.head;
    const answer = await this.#readOnce(`subscribe ${crypto.randomUUID()}`);
    if (answer.kind !== 'answer') return answer.result;
    this.#first = answer;
    return undefined;
  }

  async *messages(): Stream {
    try {
      if (!(yield* this.#opening())) return;
      for (;;) {
        const taken = await this.#queue.take();
        if (taken.kind === 'closed') return;
        const goesOn = taken.kind === 'lost' ? yield* this.#resync(taken.reason) : yield* this.#event(taken.event);
        if (!goesOn) return;
      }
    } finally {
      this.stop();
    }
  }

  async *#opening(): Step {
    const { resumeFrom, policy } = this.#options;
    if (this.#first) return yield* this.#snapshot('snapshot', this.#first, this.#firstHead);
    const { head, epoch } = this.#following;
    // Where the domain cannot be asked, what this process heard has to do.
    if (resumeFrom!.epoch !== epoch || (head !== undefined && resumeFrom!.version > head)) return yield* this.#resync('epoch-changed');
    if (head === undefined) return yield* this.#resync('gap');
    if (this.#latest || head - this.#sent! <= policy.maxReplayedEvents) return yield* this.#catchUp(head);
    return yield* this.#resync('too-far-behind');
  }

  /** Sends what was read of the whole, then what it does not hold yet. */
  async *#snapshot(kind: 'snapshot' | 'resync', { result, version }: Answered, head: number | undefined, reason?: ResyncReason): Step {
    // A view that says no version is the domain's own, hence not behind its event log.
    this.#sent = version ?? head;
    yield this.#message(result, kind, this.#sent ?? 0, reason);
    if (this.#latest || head === undefined || head <= this.#sent!) return true;
    return yield* this.#catchUp(head);
  }

  async *#resync(reason: ResyncReason): Step {
    const before = this.#sent;
    const head = this.#following.head;
    const answer = await this.#readReflecting(`resync ${crypto.randomUUID()}`, reason === 'epoch-changed' ? 0 : before ?? 0);
    if (answer.kind !== 'answer') return yield* this.#end(answer);
    return yield* this.#snapshot('resync', answer, head, reason);
  }

  /** Sends what is above the last sent, up to a version. */
  async *#catchUp(upTo: number): Step {
    if (this.#sent === undefined || this.#sent >= upTo) return true;
    let missed: readonly FeedEvent[] | ResyncReason;
    try {
      if (this.#latest) missed = await this.#following.between(upTo - 1, upTo);
      else missed = upTo - this.#sent > this.#options.policy.maxReplayedEvents ? 'too-far-behind' : await this.#following.between(this.#sent, upTo);
    } catch (error) {
      this.#options.log.warn({ err: error, feed: this.#options.feed.key }, 'what a stream missed cannot be read');
      missed = 'gap';
    }
    if (typeof missed === 'string') {
      // Not at once: the view may be as far behind as the stream.
      await this.#queue.pause(this.#options.policy.retryMs);
      return this.#queue.closed ? false : yield* this.#resync(missed);
    }
    for (const event of missed) if (!(yield* this.#event(event))) return false;
    return true;
  }

  async *#event(each: FeedEvent): Step {
    const { stream, policy } = this.#options;
    if (this.#isOld(each)) return true;
    if (this.#sent !== undefined && each.version > this.#sent + 1 && !this.#latest) {
      if (!(yield* this.#catchUp(each.version - 1))) return false;
      if (this.#isOld(each)) return true;
    }
    // A feed may have events that this stream does not declare.
    if (!stream.declaration.events.includes(each.event.eventType)) {
      this.#sent = each.version;
      return true;
    }
    const answer = await this.#readReflecting(each.event.eventId, each.version);
    if (answer.kind !== 'answer') return yield* this.#end(answer);
    if (stream.carries.length > 0) {
      // The read may be ahead of this event; those between have messages of their own, each with what it carries.
      overlay(answer.result, stream, each.event, each.version);
      this.#sent = each.version;
      yield this.#message(answer.result, 'event', each.version);
    } else if ((answer.version ?? each.version) >= each.version) {
      this.#sent = answer.version ?? each.version;
      yield this.#message(answer.result, 'event', this.#sent);
    } else return yield* this.#stale(answer, each);
    if (this.#latest) await this.#queue.pause(policy.latestIntervalMs);
    return true;
  }

  /** The view does not know of the event: what it shows is said to be older, and looked at again until it does. */
  async *#stale(answer: Answered, each: FeedEvent): Step {
    const { policy } = this.#options;
    if (answer.version! > (this.#sent ?? 0)) {
      this.#sent = answer.version;
      yield this.#message(answer.result, 'resync', answer.version!, 'stale');
    }
    for (let tries = 1; tries <= policy.staleTries; tries += 1) {
      await this.#queue.pause(policy.retryMs);
      if (this.#queue.closed) return false;
      const again = await this.#readOnce(`${each.event.eventId} stale ${tries} ${crypto.randomUUID()}`);
      if (again.kind === 'refused') return yield* this.#end(again);
      if (again.kind !== 'answer' || again.version! < each.version) continue;
      this.#sent = again.version;
      yield this.#message(again.result, 'event', this.#sent!);
      return true;
    }
    return yield* this.#end({ kind: 'failed', result: refusalAt(this.#options.stream.responseKey, 'SUBGRAPH_UNAVAILABLE', 'What this streams lags behind. Subscribe again later.') });
  }

  #isOld({ version }: FeedEvent): boolean {
    return this.#sent !== undefined && version <= this.#sent;
  }

  async #readOnce(freshness: string): Promise<StreamAnswer> {
    return answerOf(await this.#options.read(freshness), this.#options.stream);
  }

  /** Reads until the answer is not older than a version, for a bounded time; past a part of the graph that is down, for a longer one. */
  async #readReflecting(freshness: string, version: number): Promise<StreamAnswer> {
    const { policy } = this.#options;
    const began = performance.now();
    for (let tries = 0; ; tries += 1) {
      const answer = await this.#readOnce(tries === 0 ? freshness : `${freshness} ${tries}`);
      if (answer.kind === 'refused' || this.#queue.closed) return answer;
      const isBehind = answer.kind === 'answer' && answer.version !== undefined && answer.version < version;
      if (answer.kind === 'answer' && !isBehind) return answer;
      const waited = performance.now() - began;
      if (waited >= (isBehind ? policy.behindPatienceMs : policy.failurePatienceMs)) return answer;
      await this.#queue.pause(isBehind ? Math.min(20 * 2 ** Math.min(tries, 4), policy.retryMs) : Math.min(100 * 2 ** Math.min(tries, 6), 5 * policy.retryMs));
    }
  }

  /** Says why it ends. No cursor: what was sent last is where to go on from. */
  async *#end({ result }: Exclude<StreamAnswer, Answered>): Step {
    yield result;
    return false;
  }

  #message(result: ExecutionResult, kind: StreamMark['kind'], version: number, reason?: ResyncReason): ExecutionResult {
    const cursor = this.#options.cursorAt({ epoch: this.#following.epoch, version });
    const stream: StreamMark = { kind, cursor, version, ...(reason ? { reason } : {}) };
    return { ...result, extensions: { ...result.extensions, stream } };
  }
}

/** A generator that waits does not hear `return` until it goes on: stop what it waits for first. */
function endable(inner: Stream, stop: () => void): Stream {
  return {
    next: () => inner.next(),
    return: (value) => {
      stop();
      return inner.return(value);
    },
    throw: (error) => {
      stop();
      return inner.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
