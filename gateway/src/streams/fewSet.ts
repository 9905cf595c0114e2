/**
 * A set that mostly has one member, as the followers of a feed that nobody else follows: it is kept without a `Set`,
 * which takes some 200 bytes. Members keep the order in which they came. An iteration meets no member that is added
 * meanwhile, unless there were several already.
 */
export class FewSet<T extends object> implements Iterable<T> {
  #sole: T | undefined;
  #several: Set<T> | undefined;

  get size(): number {
    return this.#several?.size ?? (this.#sole === undefined ? 0 : 1);
  }

  add(member: T): void {
    if (this.#several) this.#several.add(member);
    else if (this.#sole === undefined || this.#sole === member) this.#sole = member;
    else {
      this.#several = new Set([this.#sole, member]);
      this.#sole = undefined;
    }
  }

  delete(member: T): void {
    if (this.#sole === member) this.#sole = undefined;
    this.#several?.delete(member);
    if (this.#several?.size === 0) this.#several = undefined;
  }

  [Symbol.iterator](): Iterator<T> {
    if (this.#several) return this.#several.values();
    return (this.#sole === undefined ? [] : [this.#sole]).values();
  }
}
