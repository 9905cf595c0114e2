/** What became of the first of a queue. */
export interface SentOne<Item> {
  /** What is to be sent in its place; empty when it is done with, whether carried out or refused for good. */
  readonly instead: readonly Item[];
  /** Called when the queue is kept as it is then. */
  readonly afterwards?: () => void;
}

export interface KeptQueueOptions<Item> {
  /** Where items are kept, so that they outlast a reload of the page. Several windows of a browser may share it. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
  /** The name under which they are kept. */
  readonly name: string;
  /** Whether this is an item: what an older version of the page has kept, or a hand has written, may be none. */
  readonly isItem: (kept: unknown) => kept is Item;
  /** Sends an item; `unreached` when nobody answered, so that it has to be sent again. */
  readonly send: (item: Item) => Promise<SentOne<Item> | 'unreached'>;
  readonly onChange?: (() => void) | undefined;
  /** How long an unreached item waits before it is sent again, unless `hurry` is called. */
  readonly againMs: number;
}

/**
 * Keeps what a person did on a page until it is known to be carried out, and sends it one after the other, in order. An
 * item that carries an idempotency key keeps it over all its tries and over a reload, so it is neither lost nor done
 * twice, wherever the line is cut.
 */
export class KeptQueue<Item> {
  readonly #options: KeptQueueOptions<Item>;
  #items: readonly Item[];
  #isSending = false;
  #awaken: () => void = () => undefined;

  constructor(options: KeptQueueOptions<Item>) {
    this.#options = options;
    this.#items = keptIn(options);
    if (this.#items.length > 0) void this.#sendAll();
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  add(item: Item): void {
    this.#keep([...this.#items, item]);
    void this.#sendAll();
  }

  /** Changes every item that waits, the one that is being sent included. */
  changeAll(change: (item: Item) => Item): void {
    this.#keep(this.#items.map(change));
  }

  /** To be called when the connection is back: what waits is sent at once. */
  hurry(): void {
    this.#awaken();
  }

  async #sendAll(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    for (let first = this.#items[0]; first !== undefined; first = this.#items[0]) {
      const sent = await this.#sendOne(first);
      if (sent === 'unreached') await this.#pause();
      else {
        // Items are added behind it only, so it is still the first.
        this.#keep([...sent.instead, ...this.#items.slice(1)]);
        sent.afterwards?.();
      }
    }
    this.#isSending = false;
  }

  /** An item on which `send` fails keeps its place: it must not end the sending of all others, nor be lost. */
  async #sendOne(item: Item): Promise<SentOne<Item> | 'unreached'> {
    try {
      return await this.#options.send(item);
    } catch {
      return 'unreached';
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#options.againMs);
      this.#awaken = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Replaces what this window has kept so far, and leaves what another window keeps under the same name. */
  #keep(items: readonly Item[]): void {
    const mine = new Set(this.#items.map((item) => JSON.stringify(item)));
    this.#items = items;
    const others = keptIn(this.#options).filter((item) => !mine.has(JSON.stringify(item)));
    try {
      this.#options.storage.setItem(this.#options.name, JSON.stringify([...others, ...items]));
    } catch {
      // The storage is full or shut: the items are sent all the same, but do not outlast a reload.
    }
    this.#options.onChange?.();
  }
}

function keptIn<Item>({ storage, name, isItem }: KeptQueueOptions<Item>): readonly Item[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(name) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isItem) : [];
  } catch {
    return [];
  }
}
