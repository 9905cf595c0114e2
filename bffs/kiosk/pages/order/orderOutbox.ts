import type { PlaceOrderInput, PlaceOrderMutation } from '#generated/bffs/kiosk/operations.ts';
import { KeptQueue, type SentOne } from '../../../pages/keptQueue.ts';

export type Placed = PlaceOrderMutation['placeOrder'];

/** `undefined`: nobody answered, so it has to be sent again. `failed`: sending again cannot help. */
export type Outcome<Result> = Result | 'failed' | undefined;

interface Sent {
  readonly input: PlaceOrderInput;
  /** True: the guest went away before the answer came, so an order that was placed is called off. */
  readonly abandoned: boolean;
  /** The order to call off, once it is known to be placed. */
  readonly orderId?: string;
}

const isSent = (kept: unknown): kept is Sent => {
  const { input, abandoned } = (kept ?? {}) as Partial<Record<keyof Sent, unknown>>;
  return typeof input === 'object' && input !== null && typeof abandoned === 'boolean';
};

export interface OutboxOptions {
  /** Where orders are kept until they are answered, so that they outlast a reload of the page. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly place: (input: PlaceOrderInput) => Promise<Outcome<Placed>>;
  readonly cancel: (orderId: string) => Promise<Outcome<'done'>>;
  /** Called with the answer to the order of the guest who is waiting. */
  readonly onAnswer: (answer: Placed | 'failed', input: PlaceOrderInput) => void;
  /** How long one that nobody answered waits before it is sent again, unless `hurry` is called. */
  readonly againMs?: number;
}

/**
 * Sends orders until they are answered, one after the other. An order keeps its idempotency key over all its tries and
 * over a reload of the page, so it is neither lost nor placed twice, wherever the line is cut.
 */
export class OrderOutbox {
  readonly #options: OutboxOptions;
  readonly #queue: KeptQueue<Sent>;

  constructor(options: OutboxOptions) {
    this.#options = options;
    const { storage, againMs = 3_000 } = options;
    this.#queue = new KeptQueue({
      storage,
      name: 'order-outbox',
      againMs,
      isItem: isSent,
      send: (first) => this.#send(first),
    });
  }

  /** The order of the guest who stands here and waits for the answer. */
  get waiting(): PlaceOrderInput | undefined {
    return this.#queue.items.find(({ abandoned }) => !abandoned)?.input;
  }

  place(input: PlaceOrderInput): void {
    this.#queue.add({ input, abandoned: false });
  }

  /** The guest went away: what turns out to be placed is called off. */
  abandon(): void {
    this.#queue.changeAll((each) => ({ ...each, abandoned: true }));
  }

  /** To be called when the connection is back: what waits is sent at once. */
  hurry(): void {
    this.#queue.hurry();
  }

  async #send({ input, orderId }: Sent): Promise<SentOne<Sent> | 'unreached'> {
    if (orderId !== undefined)
      return (await this.#options.cancel(orderId)) === undefined ? 'unreached' : { instead: [] };
    const answer = await this.#options.place(input);
    if (answer === undefined) return 'unreached';
    // Whether the guest went away is asked now, because they may have gone meanwhile.
    const abandoned = this.#queue.items[0]?.abandoned ?? false;
    if (!abandoned) return { instead: [], afterwards: () => this.#options.onAnswer(answer, input) };
    const placed = answer !== 'failed' && answer.__typename === 'PlaceOrderSuccess' ? answer.order.id : undefined;
    return { instead: placed === undefined ? [] : [{ input, abandoned, orderId: placed }] };
  }
}
