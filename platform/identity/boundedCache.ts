/**
 * A map with a maximum number of entries, each with an expiry. When it is full it drops the oldest entry, so use it
 * only for results that can be computed again.
 */
export class BoundedCache<Value> {
  readonly #entries = new Map<string, { value: Value; until: number }>();
  readonly #underWay = new Map<string, Promise<Value>>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** The value; undefined if there is none, or if it has expired at `now` (Unix time in ms). */
  get(key: string, now: number): Value | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry.until > now) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  /**
   * The value; if there is none, it is made, and kept until `until`. Callers that ask while it is made wait for the
   * same one: otherwise a thousand requests that come at once would each do the work.
   */
  async through(
    key: string,
    now: number,
    make: () => Promise<{ readonly value: Value; readonly until: number }>,
  ): Promise<Value> {
    const known = this.get(key, now);
    if (known !== undefined) return known;
    const underWay = this.#underWay.get(key);
    if (underWay) return underWay;
    const making = make()
      .then(({ value, until }) => {
        this.set(key, value, until);
        return value;
      })
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, making);
    return making;
  }

  /** Keeps the value until `until` (Unix time in ms). */
  set(key: string, value: Value, until: number): void {
    if (this.#entries.size >= this.#max) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    this.#entries.set(key, { value, until });
  }
}
