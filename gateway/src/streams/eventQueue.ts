import type { Budget } from './budget.ts';
import type { FeedEvent } from './feeds/feedAddress.ts';

/** Why a client gets a snapshot in place of the events that it missed; see `gateway/PROTOCOL.md`. */
export type ResyncReason = 'lagged' | 'too-far-behind' | 'expired' | 'epoch-changed' | 'gap' | 'stale';

/** What `EventQueue.take` returns: the next event, or why events were dropped. */
export type Taken = FeedEvent | ResyncReason;

/**
 * The events of a feed that a shared stream has still to render. Its budget bounds it: when there is no room, all
 * waiting events are dropped and the stream's subscribers have to read a snapshot instead (reason `lagged`). With
 * `latest`, only the newest event is kept.
 */
export class EventQueue {
  readonly #budget: Budget;
  readonly #latest: boolean;
  #closed = false;
  #events: FeedEvent[] = [];
  #lost: ResyncReason | undefined;
  /** What ends the pauses that are under way; undefined while there are none. */
  #pauses: Set<() => void> | undefined;

  constructor(budget: Budget, options: { readonly latest: boolean }) {
    this.#budget = budget;
    this.#latest = options.latest;
  }

  push(event: FeedEvent): void {
    if (this.closed || this.#lost) return;
    if (this.#latest) this.#clear();
    if (this.#budget.take(event.bytes)) this.#events.push(event);
    else this.lose('lagged');
  }

  /** Drops all waiting events, because one before them cannot be had. The next `take` returns the reason. */
  lose(reason: ResyncReason): void {
    if (this.closed) return;
    this.#clear();
    this.#lost ??= reason;
  }

  /** Takes the next event, in order; undefined if there is none, or the queue is closed. */
  take(): Taken | undefined {
    const lost = this.#lost;
    this.#lost = undefined;
    if (lost) return lost;
    const event = this.#events.shift();
    if (event) this.#budget.give(1, event.bytes);
    return event;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Drops all events, and ends all pauses. */
  close(): void {
    this.#clear();
    this.#lost = undefined;
    this.#closed = true;
    for (const end of this.#pauses ?? []) end();
  }

  /** Waits for so many milliseconds, or until the queue is closed. */
  async pause(milliseconds: number): Promise<void> {
    if (this.closed || milliseconds <= 0) return;
    const pauses = (this.#pauses ??= new Set());
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        pauses.delete(done);
        if (pauses.size === 0) this.#pauses = undefined;
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      pauses.add(done);
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
