import { KeptQueue } from '../../../pages/keptQueue.ts';
import { isTap, type Tap } from './tickets.ts';

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
  readonly #queue: KeptQueue<Tap>;

  constructor({ storage, name, send, onChange, againMs = 2_000 }: TapQueueOptions) {
    this.#queue = new KeptQueue({
      ...{ storage, name, onChange, againMs, isItem: isTap },
      send: async (tap) => ((await send(tap)) === 'unreached' ? 'unreached' : { instead: [] }),
    });
  }

  get taps(): readonly Tap[] {
    return this.#queue.items;
  }

  add(tap: Tap): void {
    this.#queue.add(tap);
  }

  /** To be called when the connection is back: waiting taps are sent at once. */
  hurry(): void {
    this.#queue.hurry();
  }
}
