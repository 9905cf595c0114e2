import type { FeedEvent } from './streamHub.ts';

export type Taken = { readonly kind: 'event'; readonly event: FeedEvent } | { readonly kind: 'lagged' } | { readonly kind: 'closed' };

/**
 * Events that wait for one subscription. Bounded: when it is full what waited is dropped, and the subscription is told that it lagged, so
 * that it reads a snapshot instead. With `latest`, only the newest event waits.
 */
export class EventQueue {
  readonly #max: number;
  readonly #latest: boolean;
  #events: FeedEvent[] = [];
  #lagged = false;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(options: { readonly max: number; readonly latest: boolean }) {
    this.#max = options.max;
    this.#latest = options.latest;
  }

  push(event: FeedEvent): void {
    if (this.#closed || this.#lagged) return;
    if (this.#latest) this.#events = [event];
    else if (this.#events.length >= this.#max) {
      this.#events = [];
      this.#lagged = true;
    } else this.#events.push(event);
    this.#wake?.();
  }

  /** The next event, in order; waits for one. One taker at a time. */
  async take(): Promise<Taken> {
    for (;;) {
      if (this.#closed) return { kind: 'closed' };
      if (this.#lagged) {
        this.#lagged = false;
        return { kind: 'lagged' };
      }
      const event = this.#events.shift();
      if (event) return { kind: 'event', event };
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = undefined;
    }
  }

  /** Whoever takes is told at once that it is over. */
  close(): void {
    this.#closed = true;
    this.#events = [];
    this.#wake?.();
  }

  /** Waits, but not beyond the close. */
  async pause(milliseconds: number): Promise<void> {
    if (this.#closed || milliseconds <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      const before = this.#wake;
      this.#wake = () => {
        before?.();
        if (!this.#closed) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
