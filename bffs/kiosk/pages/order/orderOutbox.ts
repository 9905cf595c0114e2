import type { PlaceOrderInput, PlaceOrderMutation } from '#generated/bffs/kiosk/operations.ts';

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

const name = 'order-outbox';

/**
 * Sends orders until they are answered, one after the other. An order keeps its idempotency key over all its tries and
 * over a reload of the page, so it is neither lost nor placed twice, wherever the line is cut.
 */
export class OrderOutbox {
  readonly #options: OutboxOptions;
  #kept: readonly Sent[];
  #isSending = false;
  #awaken: () => void = () => undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#kept = keptIn(options);
    if (this.#kept.length > 0) void this.#sendAll();
  }

  /** The order of the guest who stands here and waits for the answer. */
  get waiting(): PlaceOrderInput | undefined {
    return this.#kept.find(({ abandoned }) => !abandoned)?.input;
  }

  place(input: PlaceOrderInput): void {
    this.#keep([...this.#kept, { input, abandoned: false }]);
    void this.#sendAll();
  }

  /** The guest went away: what turns out to be placed is called off. */
  abandon(): void {
    this.#keep(this.#kept.map((each) => ({ ...each, abandoned: true })));
  }

  /** To be called when the connection is back: what waits is sent at once. */
  hurry(): void {
    this.#awaken();
  }

  async #sendAll(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#kept[0]) if (!(await this.#sendFirst(this.#kept[0]))) await this.#pause();
    this.#isSending = false;
  }

  /** Returns whether there was an answer. */
  async #sendFirst({ input, orderId }: Sent): Promise<boolean> {
    if (orderId !== undefined) {
      if ((await this.#options.cancel(orderId)) === undefined) return false;
      this.#replaceFirst([]);
      return true;
    }
    const answer = await this.#options.place(input);
    if (answer === undefined) return false;
    // Whether the guest went away is asked now, because they may have gone meanwhile.
    const abandoned = this.#kept[0]?.abandoned ?? false;
    const placed = answer !== 'failed' && answer.__typename === 'PlaceOrderSuccess' ? answer.order.id : undefined;
    this.#replaceFirst(abandoned && placed !== undefined ? [{ input, abandoned, orderId: placed }] : []);
    if (!abandoned) this.#options.onAnswer(answer, input);
    return true;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#options.againMs ?? 3_000);
      this.#awaken = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #replaceFirst(by: readonly Sent[]): void {
    this.#keep([...by, ...this.#kept.slice(1)]);
  }

  #keep(kept: readonly Sent[]): void {
    this.#kept = kept;
    this.#options.storage.setItem(name, JSON.stringify(kept));
  }
}

function keptIn({ storage }: OutboxOptions): readonly Sent[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(name) ?? '[]');
    return Array.isArray(kept) ? (kept as Sent[]) : [];
  } catch {
    return [];
  }
}
