import { Ledger } from '../paymentProvider/ledger.ts';
import { behaviourSchema, type Behaviour } from './behaviour.ts';

export interface Line {
  readonly article: string;
  readonly packs: number;
  readonly packSize: number;
}

/** A line of the ledger: what the supplier did, or refused to do. Lines are never changed or removed. */
export interface Entry {
  readonly sequence: number;
  readonly at: string;
  readonly kind: 'accepted' | 'refused' | 'sent' | 'arrived' | 'cancelled';
  /** The client's own name for the order. */
  readonly reference: string;
  readonly storeId: string;
  /** What was ordered; of `sent` and `arrived`, what is on the way. */
  readonly lines: readonly Line[];
  /** The code of a refusal. */
  readonly reason: string | null;
}

export interface Order {
  readonly reference: string;
  readonly storeId: string;
  /** The supplier's number of the order. */
  readonly number: string;
  readonly state: 'accepted' | 'sent' | 'arrived' | 'cancelled';
  readonly lines: readonly Line[];
  /** What was sent; null before. */
  readonly sent: readonly Line[] | null;
  readonly expectedAt: Date;
}

type Ordered = Pick<Order, 'reference' | 'storeId' | 'lines'>;

const dayMs = 86_400_000;

/** The supplier without its API: the orders that it has taken, which are the sum of its ledger. */
export class Books {
  behaviour: Behaviour;
  readonly #orders = new Map<string, Order>();
  readonly #entries: Entry[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();

  private constructor(
    private readonly ledger: Ledger<Entry>,
    private readonly clock: () => Date,
    private readonly usual: Partial<Behaviour>,
    /** Tells the client that goods were sent, or have arrived; resolves when it has answered, or will not. */
    private readonly tell: (order: Order, times: number) => Promise<void>,
  ) {
    this.behaviour = behaviourSchema.parse(usual);
  }

  static async open(
    path: string,
    clock: () => Date,
    usual: Partial<Behaviour>,
    tell: (order: Order, times: number) => Promise<void>,
  ): Promise<Books> {
    const { ledger, entries } = await Ledger.open<Entry>(path);
    const books = new Books(ledger, clock, usual, tell);
    for (const entry of entries) books.#apply(entry);
    for (const order of books.#orders.values()) books.#goOn(order);
    return books;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.ledger.close();
  }

  behave(behaviour: unknown): void {
    this.behaviour = behaviourSchema.parse({ ...this.usual, ...(behaviour as object) });
  }

  find(reference: string): Order | undefined {
    return this.#orders.get(reference);
  }

  /** What was done for a reference, in order; for all without one. */
  entries(reference: string | null): readonly Entry[] {
    return this.#entries.filter((entry) => reference === null || entry.reference === reference);
  }

  /** Takes an order, or refuses it; a reference that it knows gets its order again. */
  async take(ordered: Ordered): Promise<{ readonly order: Order } | { readonly refused: string }> {
    const known = this.#orders.get(ordered.reference);
    if (known) return { order: known };
    const { refuseReason, sendsFirst } = this.behaviour;
    if (refuseReason !== null) {
      await this.#enter('refused', ordered, refuseReason);
      return { refused: refuseReason };
    }
    await this.#enter('accepted', ordered);
    if (sendsFirst) await this.send(ordered.reference);
    return { order: this.#orders.get(ordered.reference)! };
  }

  /** Sends what was ordered, less `shortPacks` of each line, and tells so. */
  async send(reference: string): Promise<Order | undefined> {
    const order = this.#orders.get(reference);
    if (order?.state !== 'accepted') return order;
    const { shortPacks } = this.behaviour;
    const lines = order.lines
      .map((line) => ({ ...line, packs: line.packs - shortPacks }))
      .filter(({ packs }) => packs > 0);
    // An order of which nothing is left is cancelled.
    await (lines.length > 0 ? this.#enter('sent', { ...order, lines }) : this.#enter('cancelled', order));
    return this.#orders.get(reference);
  }

  async arrive(reference: string): Promise<Order | undefined> {
    const order = this.#orders.get(reference);
    if (order?.state === 'sent') await this.#enter('arrived', { ...order, lines: order.sent ?? [] });
    return this.#orders.get(reference);
  }

  async cancel(reference: string): Promise<Order | undefined> {
    const order = this.#orders.get(reference);
    if (order?.state === 'accepted') await this.#enter('cancelled', order);
    return this.#orders.get(reference);
  }

  async #enter(kind: Entry['kind'], { reference, storeId, lines }: Ordered, reason: string | null = null) {
    const at = this.clock().toISOString();
    const entry: Entry = { sequence: this.#entries.length + 1, at, kind, reference, storeId, lines, reason };
    this.#apply(entry);
    await this.ledger.append(entry);
    const order = this.#orders.get(reference);
    if (!order || kind === 'refused') return;
    if (kind === 'sent' || kind === 'arrived') await this.tell(order, this.behaviour.webhookTimes);
    this.#goOn(order);
  }

  #apply(entry: Entry): void {
    this.#entries.push(entry);
    const { kind, reference, storeId, lines, at, sequence } = entry;
    if (kind === 'refused') return;
    const known = this.#orders.get(reference);
    if (!known)
      this.#orders.set(reference, {
        reference,
        storeId,
        number: `S${100_000 + sequence}`,
        state: 'accepted',
        lines,
        sent: null,
        expectedAt: new Date(Date.parse(at) + dayMs),
      });
    else if (kind !== 'accepted')
      this.#orders.set(reference, { ...known, state: kind, ...(kind === 'sent' && { sent: lines }) });
  }

  #goOn({ reference, state }: Order): void {
    const { stepSeconds } = this.behaviour;
    if (stepSeconds === null || (state !== 'accepted' && state !== 'sent')) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#orders.get(reference)?.state !== state) return;
      void (state === 'accepted' ? this.send(reference) : this.arrive(reference));
    }, stepSeconds * 1_000);
    this.#timers.add(timer.unref());
  }
}
