/**
 * How many connections are upgraded, and how many operations of connected clients begin, in one turn of the event loop.
 * Other work is done between turns.
 */
const entriesPerTurn = 16;
const beginningsPerTurn = 8;

/**
 * Queues the upgrades of new connections and the beginnings of their streams when thousands of clients come at once,
 * such as after the loss of a replica, and does a few of them per turn of the event loop. Waiting a moment is better
 * than being refused, after which a client would come back anyway; clients that are connected already do not notice.
 * Upgrades come first, since a stream costs more to begin and a client that waits too long for its upgrade gives up and
 * comes again; but some of both are done in every turn.
 */
export class Turnstile {
  readonly #maxEntries: number;
  #entries: (() => void)[] = [];
  #beginnings: (() => void)[] = [];
  #isDue = false;

  /** `maxEntries`: how many upgrades may wait. */
  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** How many upgrades are waiting. */
  get entries(): number {
    return this.#entries.length;
  }

  /** Queues an upgrade. Returns false, and will not call `take`, if too many are waiting. */
  enter(take: () => void): boolean {
    if (this.#entries.length >= this.#maxEntries) return false;
    this.#entries.push(take);
    this.#scheduleTurn();
    return true;
  }

  /** Resolves when it is the turn of an operation of a connected client to begin. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#beginnings.push(resolve);
      this.#scheduleTurn();
    });
  }

  #scheduleTurn(): void {
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
      this.#scheduleTurn();
    });
  }
}
