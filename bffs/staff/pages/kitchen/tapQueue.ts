import type { Tap } from './tickets.ts';

/** `done`: carried out, or refused for good. `unreached`: send it again. */
export type Sent = 'done' | 'unreached';

export interface TapQueueOptions {
  /** Where taps outlast a reload. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
  /** Its name there: of one member of staff at one store. */
  readonly name: string;
  readonly send: (tap: Tap) => Promise<Sent>;
  readonly onChange: () => void;
  /** After so long an unreached tap is sent again, unless `hurry` comes before. */
  readonly againMs?: number;
}

/**
 * Keeps taps until they are known to be carried out, and sends them one after the other in their order: of one order,
 * `ready` must not overtake `start`. A tap keeps its idempotency key over all its tries.
 */
export class TapQueue {
  readonly #options: TapQueueOptions;
  #taps: Tap[];
  #isSending = false;
  #awaken: () => void = () => undefined;

  constructor(options: TapQueueOptions) {
    this.#options = options;
    this.#taps = keptIn(options);
    if (this.#taps.length > 0) void this.#sendAll();
  }

  get taps(): readonly Tap[] {
    return this.#taps;
  }

  add(tap: Tap): void {
    this.#keep([...this.#taps, tap]);
    void this.#sendAll();
  }

  /** The connection is back: what is unsent is sent at once. */
  hurry(): void {
    this.#awaken();
  }

  async #sendAll(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    for (let tap = this.#taps[0]; tap; tap = this.#taps[0]) {
      if ((await this.#options.send(tap)) === 'unreached') await this.#pause();
      else this.#keep(this.#taps.filter((each) => each !== tap));
    }
    this.#isSending = false;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#options.againMs ?? 2_000);
      this.#awaken = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #keep(taps: Tap[]): void {
    this.#taps = taps;
    this.#options.storage.setItem(this.#options.name, JSON.stringify(taps));
    this.#options.onChange();
  }
}

function keptIn({ storage, name }: TapQueueOptions): Tap[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(name) ?? '[]');
    return Array.isArray(kept) ? (kept as Tap[]) : [];
  } catch {
    return [];
  }
}
