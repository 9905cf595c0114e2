/**
 * A limit on how many items, and how many bytes of them, may be queued. Budgets nest: an item that is queued for one
 * stream also counts against the budget of the whole process.
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

  /** Reserves room for one item. Returns false, and reserves nothing, if this budget or a parent has no room for it. */
  take(bytes: number): boolean {
    if (this.#items >= this.#maxItems || this.#bytes + bytes > this.#maxBytes) return false;
    if (this.#parent && !this.#parent.take(bytes)) return false;
    this.#items += 1;
    this.#bytes += bytes;
    return true;
  }

  /** Gives back the room of so many items, with so many bytes together. */
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
