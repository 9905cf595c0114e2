import type { Tap } from './tickets.ts';

/** `done`: the tap was carried out, or refused for good. `unreached`: nobody answered, so it has to be sent again. */
export type Sent = 'done' | 'unreached';

export interface TapQueueOptions {
  /** Where taps are kept, so that they outlast a reload of the page. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
  /** The name under which they are kept: one for each member of staff at each store. */
  readonly name: string;
  readonly send: (tap: Tap) => Promise<Sent>;
  readonly onChange: () => void;
  /** How long an unreached tap waits before it is sent again, unless `hurry` is called. */
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

  /** To be called when the connection is back: waiting taps are sent at once. */
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
