import type { Budget } from './budget.ts';
import type { FeedEvent } from './feeds/feedAddress.ts';

/** Why a client is handed a snapshot instead of what it missed; see `gateway/PROTOCOL.md`. */
export type ResyncReason = 'lagged' | 'too-far-behind' | 'expired' | 'epoch-changed' | 'gap' | 'stale';

export type Taken =
  | { readonly kind: 'event'; readonly event: FeedEvent }
  | { readonly kind: 'lost'; readonly reason: ResyncReason }
  | { readonly kind: 'closed' };

/**
 * Events that wait to be answered for one shared stream. Bounded by its budget: when there is no room what waited is
 * dropped, and its subscribers are told that they lagged, so that they read a snapshot instead. With `latest`, only the
 * newest event waits.
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

  /** Whatever waits is in vain: what is before it cannot be had. */
  lose(reason: ResyncReason): void {
    if (this.closed) return;
    this.#clear();
    this.#lost ??= reason;
    this.#wake?.();
  }

  /** The next event, in order; waits for one. One taker at a time. */
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

  /** Whoever takes or pauses is told at once that it is over. */
  close(): void {
    this.#clear();
    this.#ended.abort();
    this.#wake?.();
  }

  /** Waits, but not beyond the close. */
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
