import type { QueueChanges, Tap } from './tickets.ts';

/** Taps that the graph has carried out, but whose effect the stream has not told yet. */
export class CarriedOut {
  #taps: readonly Tap[] = [];
  /** The orders, of those with taps that wait for an answer, of which the stream has told since they were tapped. */
  readonly #told = new Set<string>();

  get taps(): readonly Tap[] {
    return this.#taps;
  }

  tapped({ orderId }: Tap): void {
    this.#told.delete(orderId);
  }

  /** @param waiting the taps without an answer */
  told(changes: QueueChanges, waiting: readonly Tap[]): void {
    const told = new Set([...changes.changed.map(({ orderId }) => orderId), ...changes.removed]);
    this.#taps = this.#taps.filter(({ orderId }) => !changes.reset && !told.has(orderId));
    for (const { orderId } of waiting) if (changes.reset || told.has(orderId)) this.#told.add(orderId);
  }

  /**
   * The answer may come after the stream: a tap that was sent again is answered once more, while another screen has
   * taken the next step. What the stream has told meanwhile is newer than the tap, or tells of it soon.
   */
  done(tap: Tap, waiting: readonly Tap[]): void {
    if (!this.#told.has(tap.orderId)) this.#taps = [...this.#taps, tap];
    if (!waiting.some(({ key, orderId }) => orderId === tap.orderId && key !== tap.key)) this.#told.delete(tap.orderId);
  }
}
