import { pause } from '#platform/events/pause.ts';

/** So many hands, each with one piece of work at a time. One whose work takes long keeps no other from its own. */
export class Hands {
  readonly #most: number;
  readonly #busy = new Map<string, Promise<void>>();

  constructor(most: number) {
    this.#most = most;
  }

  get free(): number {
    return this.#most - this.#busy.size;
  }

  /** The ids of what is worked on. */
  get ids(): string[] {
    return [...this.#busy.keys()];
  }

  /** Begins a piece of work that does not reject. */
  begin(id: string, work: () => Promise<void>): void {
    this.#busy.set(
      id,
      work().finally(() => this.#busy.delete(id)),
    );
  }

  /** Resolves as soon as a hand is free. */
  async oneIsFree(): Promise<void> {
    if (this.free <= 0) await Promise.race(this.#busy.values());
  }

  async allAreFree(): Promise<void> {
    await Promise.all(this.#busy.values());
  }
}

/**
 * Keeps hands busy until the signal fires, and then waits for what they have begun. Where a look has begun something,
 * the next one comes as soon as a hand is free; otherwise after a while.
 * @param look begins what is due, as far as hands are free, and returns how much that was
 */
export async function keepBusy(
  {
    hands,
    everyMs,
    signal,
  }: { readonly hands: readonly Hands[]; readonly everyMs: number; readonly signal: AbortSignal },
  look: () => Promise<number>,
): Promise<void> {
  while (!signal.aborted) {
    const begun = await look();
    await (begun > 0 ? Promise.race(hands.map((each) => each.oneIsFree())) : pause(everyMs, signal));
  }
  await Promise.all(hands.map((each) => each.allAreFree()));
}
