import type { Budget } from './budget.ts';
import type { FeedEvent } from './feeds/feedAddress.ts';

/** Why a client gets a snapshot in place of the events that it missed; see `gateway/PROTOCOL.md`. */
export type ResyncReason = 'lagged' | 'too-far-behind' | 'expired' | 'epoch-changed' | 'gap' | 'stale';

/** What `EventQueue.take` returns: the next event, or that events were dropped, or that the queue is closed. */
export type Taken =
  | { readonly kind: 'event'; readonly event: FeedEvent }
  | { readonly kind: 'lost'; readonly reason: ResyncReason }
  | { readonly kind: 'closed' };

/**
 * The events of a feed that a shared stream has still to render. Its budget bounds it: when there is no room, all
 * waiting events are dropped and the stream's subscribers have to read a snapshot instead (reason `lagged`). With
 * `latest`, only the newest event is kept.
 */
export class EventQueue {
  readonly #budget: Budget;
  readonly #latest: boolean;
  readonly #ended = new AbortController();
  #events: FeedEvent[] = [];
  #lost: ResyncReason | undefined;
  #wake: (() => void) | undefined;

  constructor(budget: Budget, options: { readonly latest: boolean }) {
    this.#budget = budget;
    this.#latest = options.latest;
  }

  push(event: FeedEvent): void {
    if (this.closed || this.#lost) return;
    if (this.#latest) this.#clear();
    if (this.#budget.take(event.bytes)) this.#events.push(event);
    else this.lose('lagged');
    this.#wake?.();
  }

  /** Drops all waiting events, because one before them cannot be had. The next `take` returns the reason. */
  lose(reason: ResyncReason): void {
    if (this.closed) return;
    this.#clear();
    this.#lost ??= reason;
    this.#wake?.();
  }

  /** Takes the next event, in order, and waits until there is one. Only one caller may wait at a time. */
  async take(): Promise<Taken> {
    for (;;) {
      if (this.closed) return { kind: 'closed' };
      if (this.#lost) {
        const reason = this.#lost;
        this.#lost = undefined;
        return { kind: 'lost', reason };
      }
      const event = this.#events.shift();
      if (event) {
        this.#budget.give(1, event.bytes);
        return { kind: 'event', event };
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = undefined;
    }
  }

  get closed(): boolean {
    return this.#ended.signal.aborted;
  }

  /** Drops all events. Pending calls of `take` and `pause` return at once. */
  close(): void {
    this.#clear();
    this.#ended.abort();
    this.#wake?.();
  }

  /** Waits for so many milliseconds, or until the queue is closed. */
  async pause(milliseconds: number): Promise<void> {
    if (this.closed || milliseconds <= 0) return;
    const { signal } = this.#ended;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #clear(): void {
    if (this.#events.length === 0) return;
    this.#budget.give(
      this.#events.length,
      this.#events.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    this.#events = [];
  }
}
