import type { FeedEvent } from './feedAddress.ts';

export interface RingBounds {
  readonly ringSize: number;
  /** Called with the change, in bytes, of how much is kept; it is negative when events are dropped. */
  onKept(bytes: number): void;
}

/**
 * The latest events of one feed, kept in memory so that clients that resume can be sent what they missed. Their
 * versions are contiguous. The oldest event is dropped when there are more than `ringSize`.
 */
export class EventRing {
  readonly #bounds: RingBounds;
  #events: FeedEvent[] = [];

  constructor(bounds: RingBounds) {
    this.#bounds = bounds;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** The version of the latest event; undefined if none is kept. */
  get last(): number | undefined {
    return this.#events.at(-1)?.version;
  }

  /**
   * Adds the latest event. If versions between it and the last one are missing, everything before it is dropped, so
   * that what is kept stays contiguous. An event that is not newer than the last one is ignored.
   */
  keep(event: FeedEvent): void {
    const { last } = this;
    if (last !== undefined && event.version <= last) return;
    if (last !== undefined && event.version > last + 1) this.forget();
    this.#events.push(event);
    this.#bounds.onKept(event.bytes);
    if (this.#events.length > this.#bounds.ringSize) this.#drop(1);
  }

  /**
   * The events with versions above `after`, up to and including `upTo`; undefined if some of them are no longer kept.
   */
  between(after: number, upTo: number): readonly FeedEvent[] | undefined {
    const first = this.#events[0]?.version;
    if (first === undefined || first > after + 1 || this.last! < upTo) return undefined;
    return this.#events.filter(({ version }) => version > after && version <= upTo);
  }

  /** Drops all events. */
  forget(): void {
    this.#drop(this.#events.length);
  }

  #drop(count: number): void {
    const bytes = this.#events.splice(0, count).reduce((sum, event) => sum + event.bytes, 0);
    if (bytes > 0) this.#bounds.onKept(-bytes);
  }
}
