/**
 * How many are let in, and how many of those who are in begin something, in one turn of the event loop: whoever is
 * served already is served in between.
 */
const entriesPerTurn = 16;
const beginningsPerTurn = 8;

/**
 * Takes work one turn after the other, when all clients of a lost replica come at once. They wait a moment, which beats
 * refusing them: a refused one comes back, and who is connected already notices neither. What a client begins once it
 * is in costs more than letting it in: all are let in first, so that none gives up and comes again; but something of
 * both is done in every turn.
 */
export class Turnstile {
  readonly #maxEntries: number;
  #entries: (() => void)[] = [];
  #beginnings: (() => void)[] = [];
  #isDue = false;

  /** `maxEntries`: how many may wait to be let in. */
  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** That wait to be let in. */
  get entries(): number {
    return this.#entries.length;
  }

  /** Lets somebody in when it is its turn. False, and nothing will happen, if too many wait. */
  enter(take: () => void): boolean {
    if (this.#entries.length >= this.#maxEntries) return false;
    this.#entries.push(take);
    this.#goOn();
    return true;
  }

  /** Resolves when it is the turn of whoever is in. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#beginnings.push(resolve);
      this.#goOn();
    });
  }

  #goOn(): void {
    if (this.#isDue || this.#entries.length + this.#beginnings.length === 0) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      const entering = this.#entries.slice(0, entriesPerTurn);
      this.#entries = this.#entries.slice(entriesPerTurn);
      const count = entering.length > 0 ? 1 : beginningsPerTurn;
      const beginning = this.#beginnings.slice(0, count);
      this.#beginnings = this.#beginnings.slice(count);
      for (const each of [...entering, ...beginning]) each();
      this.#goOn();
    });
  }
}
