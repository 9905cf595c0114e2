import type { FeedEvent } from './feedAddress.ts';

/**
 * The latest events of a feed, a contiguous run of versions, for those who come back. The oldest is dropped when there
 * are more than `size`.
 */
export class EventRing {
  readonly #size: number;
  readonly #onKept: (bytes: number) => void;
  #events: FeedEvent[] = [];

  /** `onKept`: is told how many bytes more, or fewer, are kept. */
  constructor(size: number, onKept: (bytes: number) => void) {
    this.#size = size;
    this.#onKept = onKept;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** The version of the latest event. */
  get last(): number | undefined {
    return this.#events.at(-1)?.version;
  }

  /**
   * Something may be missing before the event: then the run begins anew with it. What is not later than the last is not
   * kept again.
   */
  keep(event: FeedEvent): void {
    const { last } = this;
    if (last !== undefined && event.version <= last) return;
    if (last !== undefined && event.version > last + 1) this.forget();
    this.#events.push(event);
    this.#onKept(event.bytes);
    if (this.#events.length > this.#size) this.#drop(1);
  }

  /** All that is above `after`, up to `upTo`; undefined if not all of it is kept. */
  between(after: number, upTo: number): readonly FeedEvent[] | undefined {
    const first = this.#events[0]?.version;
    if (first === undefined || first > after + 1 || this.last! < upTo) return undefined;
    return this.#events.filter(({ version }) => version > after && version <= upTo);
  }

  forget(): void {
    this.#drop(this.#events.length);
  }

  #drop(count: number): void {
    const bytes = this.#events.splice(0, count).reduce((sum, event) => sum + event.bytes, 0);
    if (bytes > 0) this.#onKept(-bytes);
  }
}
