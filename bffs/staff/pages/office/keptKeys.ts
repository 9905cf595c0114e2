/**
 * Gives each change an idempotency key: the same one for the same change for as long as nobody knows whether it was
 * carried out, so that pressing again after a broken connection does it once.
 */
export class KeptKeys {
  readonly #keys = new Map<string, string>();
  readonly #newKey: () => string;

  constructor(newKey: () => string) {
    this.#newKey = newKey;
  }

  keyOf(change: string): string {
    const key = this.#keys.get(change) ?? this.#newKey();
    this.#keys.set(change, key);
    return key;
  }

  /** To be called when the change was answered: the next one of the same kind gets a new key. */
  answered(change: string): void {
    this.#keys.delete(change);
  }
}
