import type { Principal } from '#platform/identity/principal.ts';

/** Tells of the mutations that end in this process, whichever of its channels and transports they came by. */
export class Writes {
  readonly #watchers = new Set<(principal: Principal) => void>();

  /** To be called when a mutation has ended, before its caller hears of it. */
  ended(principal: Principal): void {
    for (const watcher of this.#watchers) watcher(principal);
  }

  /** @returns how to end that */
  watch(watcher: (principal: Principal) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }
}
