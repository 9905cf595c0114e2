export interface IdleOptions {
  /** After how long without a touch the guest is asked whether they are still there. */
  readonly idleMs: number;
  /** How long the question waits for an answer. */
  readonly graceMs: number;
  /** Whether anything is there to be forgotten. */
  readonly isNeeded: () => boolean;
  readonly onAsk: (asking: boolean) => void;
  readonly onIdle: () => void;
}

/** Notices that the guest has gone, so that the next one does not find their basket. */
export class IdleWatch {
  readonly #options: IdleOptions;
  #touchedAt = Date.now();
  #isAsking = false;

  constructor(options: IdleOptions) {
    this.#options = options;
    for (const type of ['pointerdown', 'keydown']) addEventListener(type, () => this.touched(), true);
    setInterval(() => this.#look(), 500);
  }

  touched(): void {
    this.#touchedAt = Date.now();
    this.#ask(false);
  }

  #look(): void {
    const { idleMs, graceMs, isNeeded, onIdle } = this.#options;
    if (!isNeeded()) {
      this.touched();
      return;
    }
    const idleFor = Date.now() - this.#touchedAt;
    if (idleFor > idleMs + graceMs) {
      this.touched();
      onIdle();
    } else if (idleFor > idleMs) this.#ask(true);
  }

  #ask(asking: boolean): void {
    if (asking === this.#isAsking) return;
    this.#isAsking = asking;
    this.#options.onAsk(asking);
  }
}
