import { Ledger } from './paymentProvider/ledger.ts';

/** What every line of a ledger has. Lines are never changed or removed. */
export interface EntryBase {
  /** The number of the line, counted from 1. */
  readonly sequence: number;
  /** When it happened; ISO 8601, UTC. */
  readonly at: string;
  /** The client's own name for what the line is about. */
  readonly reference: string;
}

/** What a counterpart has done so far: a ledger that survives a kill, and the items that its lines add up to. */
export class History<Entry extends EntryBase, Item> {
  readonly #items = new Map<string, Item>();
  readonly #entries: Entry[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();

  private constructor(
    private readonly ledger: Ledger<Entry>,
    private readonly clock: () => Date,
    /** The item after a line about it; undefined if there is still none. */
    private readonly after: (item: Item | undefined, entry: Entry) => Item | undefined,
  ) {}

  static async open<Entry extends EntryBase, Item>(
    path: string,
    clock: () => Date,
    after: (item: Item | undefined, entry: Entry) => Item | undefined,
  ): Promise<History<Entry, Item>> {
    const { ledger, entries } = await Ledger.open<Entry>(path);
    const history = new History(ledger, clock, after);
    for (const entry of entries) history.#apply(entry);
    return history;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.ledger.close();
  }

  find(reference: string): Item | undefined {
    return this.#items.get(reference);
  }

  items(): Iterable<Item> {
    return this.#items.values();
  }

  /** What was done for a reference, in order; for all without one. */
  entries(reference: string | null): readonly Entry[] {
    return this.#entries.filter((entry) => reference === null || entry.reference === reference);
  }

  /** Writes a line. @returns the item that it is about, once the line is on the disk */
  async enter(line: Omit<Entry, 'sequence' | 'at'>): Promise<Item | undefined> {
    const entry = { sequence: this.#entries.length + 1, at: this.clock().toISOString(), ...line } as Entry;
    this.#apply(entry);
    await this.ledger.append(entry);
    return this.#items.get(entry.reference);
  }

  /** Does something by itself after a while, unless it is closed first. */
  later(seconds: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, seconds * 1_000);
    this.#timers.add(timer.unref());
  }

  #apply(entry: Entry): void {
    this.#entries.push(entry);
    const item = this.after(this.#items.get(entry.reference), entry);
    if (item !== undefined) this.#items.set(entry.reference, item);
  }
}
