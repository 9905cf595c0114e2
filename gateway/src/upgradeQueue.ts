/** How many connections are taken in one turn of the event loop: those that are there already are served in between. */
const perTurn = 16;

/**
 * Takes connections one turn after the other. When all clients of a lost replica come at once, they wait a moment, which beats refusing them: a refused one
 * comes back, and who is connected already notices neither.
 */
export class UpgradeQueue {
  readonly #max: number;
  #waiting: (() => void)[] = [];
  #isDue = false;

  constructor(max: number) {
    this.#max = max;
  }

  get depth(): number {
    return this.#waiting.length;
  }

  /** False, and nothing will happen, if too many wait. */
  add(take: () => void): boolean {
    if (this.#waiting.length >= this.#max) return false;
    this.#waiting.push(take);
    this.#goOn();
    return true;
  }

  #goOn(): void {
    if (this.#isDue || this.#waiting.length === 0) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      const now = this.#waiting.slice(0, perTurn);
      this.#waiting = this.#waiting.slice(perTurn);
      now.forEach((take) => take());
      this.#goOn();
    });
  }
}
