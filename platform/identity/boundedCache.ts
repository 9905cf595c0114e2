/**
 * A map that forgets its oldest entry when it is full, and entries past their time: for results that may be recomputed
 * at any time.
 */
export class BoundedCache<Value> {
  readonly #entries = new Map<string, { value: Value; until: number }>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** The value, unless it is unknown or `now` (ms) has reached its end. */
  get(key: string, now: number): Value | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry.until > now) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  /** Keeps the value until `until` (ms). */
  set(key: string, value: Value, until: number): void {
    if (this.#entries.size >= this.#max) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    this.#entries.set(key, { value, until });
  }
}
