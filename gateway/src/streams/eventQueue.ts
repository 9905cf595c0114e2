import type { Budget } from './budget.ts';
import type { FeedEvent } from './feeds/feedAddress.ts';

/** Why a client gets a snapshot in place of the events that it missed; see `gateway/PROTOCOL.md`. */
export type ResyncReason = 'lagged' | 'too-far-behind' | 'expired' | 'epoch-changed' | 'gap' | 'stale';

/** What `EventQueue.take` returns: the next event, or why events were dropped. */
export type Taken = FeedEvent | ResyncReason;

/** What bounds an `EventQueue`. */
export interface QueueBounds {
  /** Whether only the newest event is kept. */
  readonly isPaced: boolean;
  newBudget(): Budget;
}

/**
 * The events of a feed that a shared stream has still to render. Its budget bounds it: when there is no room, all
 * waiting events are dropped and the stream's subscribers have to read a snapshot instead (reason `lagged`).
 */
export class EventQueue {
  readonly #bounds: QueueBounds;
  #closed = false;
  /** What waits; undefined while nothing does. */
  #waiting: { readonly events: FeedEvent[]; readonly budget: Budget } | undefined;
  #lost: ResyncReason | undefined;
  /** What ends the pauses that are under way; undefined while there are none. */
  #pauses: Set<() => void> | undefined;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  get isEmpty(): boolean {
    return this.#waiting === undefined && this.#lost === undefined;
  }

  push(event: FeedEvent): void {
    if (this.closed || this.#lost) return;
    if (this.#bounds.isPaced) this.#clear();
    const waiting = this.#waiting ?? { events: [], budget: this.#bounds.newBudget() };
    if (!waiting.budget.take(event.bytes)) return this.lose('lagged');
    waiting.events.push(event);
    this.#waiting = waiting;
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
    const event = this.#waiting?.events.shift();
    if (event) this.#waiting!.budget.give(1, event.bytes);
    if (this.#waiting?.events.length === 0) this.#waiting = undefined;
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
    if (!this.#waiting) return;
    const { events, budget } = this.#waiting;
    budget.give(
      events.length,
      events.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    this.#waiting = undefined;
  }
}
