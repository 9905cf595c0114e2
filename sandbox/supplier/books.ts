import { History, type EntryBase } from '../history.ts';
import { behaviourSchema, type Behaviour } from './behaviour.ts';

export interface Line {
  readonly article: string;
  readonly packs: number;
  readonly packSize: number;
}

/** A line of the ledger: what the supplier did, or refused to do. */
export interface Entry extends EntryBase {
  readonly kind: 'accepted' | 'refused' | 'sent' | 'arrived' | 'cancelled';
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

function after(known: Order | undefined, { kind, reference, storeId, lines, at, sequence }: Entry): Order | undefined {
  if (kind === 'refused') return known;
  if (known) return kind === 'accepted' ? known : { ...known, state: kind, ...(kind === 'sent' && { sent: lines }) };
  const number = `S${100_000 + sequence}`;
  const expectedAt = new Date(Date.parse(at) + dayMs);
  return { reference, storeId, number, state: 'accepted', lines, sent: null, expectedAt };
}

/** The supplier without its API: the orders that it has taken, which are the sum of its ledger. */
export class Books {
  behaviour: Behaviour;

  private constructor(
    private readonly history: History<Entry, Order>,
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
    const books = new Books(await History.open(path, clock, after), usual, tell);
    for (const order of books.history.items()) books.#goOn(order);
    return books;
  }

  close(): Promise<void> {
    return this.history.close();
  }

  behave(behaviour: unknown): void {
    this.behaviour = behaviourSchema.parse({ ...this.usual, ...(behaviour as object) });
  }

  find(reference: string): Order | undefined {
    return this.history.find(reference);
  }

  /** What was done for a reference, in order; for all without one. */
  entries(reference: string | null): readonly Entry[] {
    return this.history.entries(reference);
  }

  /** Takes an order, or refuses it; a reference that it knows gets its order again. */
  async take(ordered: Ordered): Promise<{ readonly order: Order } | { readonly refused: string }> {
    const known = this.history.find(ordered.reference);
    if (known) return { order: known };
    const { refuseReason, sendsFirst } = this.behaviour;
    if (refuseReason !== null) {
      await this.#enter('refused', ordered, refuseReason);
      return { refused: refuseReason };
    }
    await this.#enter('accepted', ordered);
    if (sendsFirst) await this.send(ordered.reference);
    return { order: this.history.find(ordered.reference)! };
  }

  /** Sends what was ordered, less `shortPacks` of each line, and tells so. */
  async send(reference: string): Promise<Order | undefined> {
    const order = this.history.find(reference);
    if (order?.state !== 'accepted') return order;
    const { shortPacks } = this.behaviour;
    const lines = order.lines
      .map((line) => ({ ...line, packs: line.packs - shortPacks }))
      .filter(({ packs }) => packs > 0);
    // An order of which nothing is left is cancelled.
    await (lines.length > 0 ? this.#enter('sent', { ...order, lines }) : this.#enter('cancelled', order));
    return this.history.find(reference);
  }

  async arrive(reference: string): Promise<Order | undefined> {
    const order = this.history.find(reference);
    if (order?.state === 'sent') await this.#enter('arrived', { ...order, lines: order.sent ?? [] });
    return this.history.find(reference);
  }

  async cancel(reference: string): Promise<Order | undefined> {
    const order = this.history.find(reference);
    if (order?.state === 'accepted') await this.#enter('cancelled', order);
    return this.history.find(reference);
  }

  async #enter(kind: Entry['kind'], { reference, storeId, lines }: Ordered, reason: string | null = null) {
    const order = await this.history.enter({ kind, reference, storeId, lines, reason });
    if (!order || kind === 'refused') return;
    if (kind === 'sent' || kind === 'arrived') await this.tell(order, this.behaviour.webhookTimes);
    this.#goOn(order);
  }

  #goOn({ reference, state }: Order): void {
    const { stepSeconds } = this.behaviour;
    if (stepSeconds === null || (state !== 'accepted' && state !== 'sent')) return;
    this.history.later(stepSeconds, () => {
      if (this.history.find(reference)?.state !== state) return;
      void (state === 'accepted' ? this.send(reference) : this.arrive(reference));
    });
  }
}
