/** How many streams render an event in one turn of the event loop. Other work is done between turns. */
const perTurn = 32;

/**
 * Lets streams that were answered at once go on a few at a time. A thousand documents that differ in names share one
 * read of an event, and to render all of them in one turn would hold up everything else for a tenth of a second.
 */
export class Renderings {
  #waiting: (() => void)[] = [];
  /** How many may still go on in this turn. */
  #left = perTurn;
  #isNextDue = false;

  /** Resolves when it is the turn of a stream to render, in the order of the calls. */
  turn(): Promise<void> | undefined {
    if (!this.#isNextDue) {
      this.#isNextDue = true;
      setImmediate(() => this.#nextTurn());
    }
    if (this.#left > 0) {
      this.#left -= 1;
      return undefined;
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #nextTurn(): void {
    const going = this.#waiting.slice(0, perTurn);
    this.#waiting = this.#waiting.slice(perTurn);
    this.#left = perTurn - going.length;
    this.#isNextDue = going.length > 0;
    if (this.#isNextDue) setImmediate(() => this.#nextTurn());
    for (const go of going) go();
  }
}
