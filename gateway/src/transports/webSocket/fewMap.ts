/**
 * A map that mostly has one entry, as the operations of a socket: it is kept without a `Map`, which takes some 350
 * bytes. Entries keep the order in which they came.
 */
export class FewMap<K extends string, V> {
  #key: K | undefined;
  #value: V | undefined;
  #several: Map<K, V> | undefined;

  get size(): number {
    return this.#several?.size ?? (this.#key === undefined ? 0 : 1);
  }

  get(key: K): V | undefined {
    return this.#several ? this.#several.get(key) : this.#key === key ? this.#value : undefined;
  }

  has(key: K): boolean {
    return this.#several ? this.#several.has(key) : this.#key === key;
  }

  set(key: K, value: V): void {
    if (this.#several) this.#several.set(key, value);
    else if (this.#key === undefined || this.#key === key) [this.#key, this.#value] = [key, value];
    else {
      this.#several = new Map<K, V>([[this.#key, this.#value as V]]).set(key, value);
      this.#key = this.#value = undefined;
    }
  }

  /** Returns whether there was one. */
  delete(key: K): boolean {
    const had = this.has(key);
    if (this.#key === key) this.#key = this.#value = undefined;
    this.#several?.delete(key);
    if (this.#several?.size === 0) this.#several = undefined;
    return had;
  }

  /** The values that there are now. */
  values(): V[] {
    if (this.#several) return [...this.#several.values()];
    return this.#key === undefined ? [] : [this.#value as V];
  }

  clear(): void {
    this.#several = this.#key = this.#value = undefined;
  }
}
