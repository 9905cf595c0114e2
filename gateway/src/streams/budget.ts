/**
 * How many things, and how many bytes of them, may wait. Budgets nest: what waits for a subscription waits for its
 * connection and for the process, too.
 */
export class Budget {
  readonly #maxItems: number;
  readonly #maxBytes: number;
  readonly #parent: Budget | undefined;
  #items = 0;
  #bytes = 0;

  constructor(max: { readonly items: number; readonly bytes: number }, parent?: Budget) {
    this.#maxItems = max.items;
    this.#maxBytes = max.bytes;
    this.#parent = parent;
  }

  /** Takes room for one more; false, and nothing taken, if it or a parent has none. */
  take(bytes: number): boolean {
    if (this.#items >= this.#maxItems || this.#bytes + bytes > this.#maxBytes) return false;
    if (this.#parent && !this.#parent.take(bytes)) return false;
    this.#items += 1;
    this.#bytes += bytes;
    return true;
  }

  /** Gives back the room of some. */
  give(items: number, bytes: number): void {
    this.#items -= items;
    this.#bytes -= bytes;
    this.#parent?.give(items, bytes);
  }

  get items(): number {
    return this.#items;
  }

  get bytes(): number {
    return this.#bytes;
  }
}
