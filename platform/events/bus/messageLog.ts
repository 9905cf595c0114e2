import type pg from 'pg';
import type { Logger } from 'pino';
import type { BusMessage } from '../eventBus.ts';
import { backoffMs, pause } from '../pause.ts';

/**
 * A message with its place in the log. Offsets of a partition grow by one and have gaps only where messages expired.
 */
export interface StoredMessage extends BusMessage {
  readonly partition: number;
  readonly offset: number;
}

/** What this process keeps of one partition. */
interface Recent {
  readonly topic: string;
  readonly partition: number;
  /** The newest messages, without gaps; the last one has the offset `end - 1`. */
  messages: StoredMessage[];
  /** How long the kept messages are together, as JSON. */
  characters: number;
  /** The offset of the next message to come. */
  end: number;
  /** Readers that have read everything and wait for the next message. */
  readonly waiting: Set<() => void>;
}

interface MessageRow {
  topic: string;
  partition: number;
  offset: number;
  key: string;
  value: string;
}

const page = 200;
const keptMessages = 512;
const keptCharacters = 1_000_000;
const columns = `m.topic, m.partition, m."offset"::float8 as "offset", m.key, m.value`;
const placeOf = (topic: string, partition: number) => `${topic}/${partition}`;

/**
 * Reads the bus once per process, however many consumer groups and tails the process has: one statement fetches the new
 * messages of all topics, except those that this process has published; each message is parsed once and kept for a
 * while. A reader that needs older messages than are kept reads them from the database, page by page.
 */
export class MessageLog {
  readonly #pool: pg.Pool;
  readonly #log: Logger;
  readonly #places = new Map<string, Recent>();
  readonly #watching = new Map<string, Promise<void>>();
  readonly #tails = new Map<string, Set<(message: BusMessage) => void>>();
  readonly #stop = new AbortController();
  readonly #publishing = new Set<Promise<unknown>>();
  #filling: Promise<void> | undefined;
  #again = false;

  constructor(pool: pg.Pool, log: Logger) {
    this.#pool = pool;
    this.#log = log;
  }

  /** Starts to read these topics, which must exist. Once it resolves, no message published later is missed. */
  async watch(topics: readonly string[]): Promise<void> {
    const unknown = topics.filter((topic) => !this.#watching.has(topic));
    if (unknown.length) {
      const started = this.#start(unknown);
      for (const topic of unknown) this.#watching.set(topic, started);
      started.catch(() => unknown.forEach((topic) => this.#watching.delete(topic)));
    }
    for (const topic of topics) await this.#watching.get(topic);
  }

  /**
   * Calls `hear` with each new message of a watched topic, once, in the order of its partition.
   * @returns how to stop
   */
  tail(topic: string, hear: (message: BusMessage) => void): () => void {
    const tails = this.#tails.get(topic) ?? new Set();
    this.#tails.set(topic, tails.add(hear));
    return () => tails.delete(hear);
  }

  /** Publishes messages of a topic, which must exist, and takes them in where the topic is watched. */
  async publish(topic: string, messages: readonly { readonly key: string; readonly value: unknown }[]): Promise<void> {
    const keys = messages.map(({ key }) => key);
    const bodies = messages.map(({ value }) => JSON.stringify(value));
    const published = this.#pool.query<{ partition: number; offset: number }>(
      'select partition, "offset"::float8 as "offset" from bus.append($1, $2, $3)',
      [topic, keys, bodies],
    );
    const settled = published.then(
      ({ rows }) =>
        this.#takeIn(
          rows.map((place, index) => ({ topic, ...place, key: keys[index]!, value: bodies[index]! })),
          'unread',
        ),
      () => undefined,
    );
    this.#publishing.add(settled);
    await settled;
    this.#publishing.delete(settled);
    await published;
  }

  /**
   * Hears that messages were published: '<topic> <partition>:<next offset> …', or the topic only. It looks for them
   * unless it has them already, as it has those that this process has published.
   */
  async hear(told: string): Promise<void> {
    const [topic = '', ...places] = told.split(' ');
    if (!this.#watching.has(topic)) return;
    // The server may tell of a message before it answers who has published it.
    await Promise.all(this.#publishing);
    const isNew = (place: string): boolean => {
      const [partition, next] = place.split(':').map(Number);
      return !((this.#places.get(placeOf(topic, partition!))?.end ?? 0) >= next!);
    };
    if (places.length === 0 || places.some(isNew)) this.look();
  }

  /** Looks for new messages. Calls made while a look is under way lead to one more look after it. */
  look(): void {
    this.#again = true;
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = undefined;
    });
  }

  /**
   * Reads messages of a partition from `offset` on, in order, and waits until there is at least one. Messages that have
   * expired are left out. Returns an empty list only when the signal fires.
   */
  async read(topic: string, partition: number, offset: number, signal: AbortSignal): Promise<readonly StoredMessage[]> {
    const place = this.#places.get(placeOf(topic, partition));
    if (!place) throw new Error(`${topic}/${partition} is not watched`);
    while (!signal.aborted) {
      const kept = place.end - place.messages.length;
      if (offset >= kept && offset < place.end) return place.messages.slice(offset - kept);
      if (offset < place.end) {
        // The end may move while the page is read. If the page is empty, all messages before the end that was asked for
        // have expired; those that came meanwhile have not been looked for.
        const { end } = place;
        const old = await this.#page(topic, partition, offset, end);
        if (old.length) return old;
        offset = end;
        continue;
      }
      await waitAt(place.waiting, signal);
    }
    return [];
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#filling;
  }

  async #start(topics: readonly string[]): Promise<void> {
    const { rows } = await this.#pool.query<{ topic: string; partition: number; end: number }>(
      'select topic, number as partition, next_offset::float8 as end from bus.partition where topic = any ($1)',
      [topics],
    );
    for (const { topic, partition, end } of rows) {
      this.#places.set(placeOf(topic, partition), {
        topic,
        partition,
        messages: [],
        characters: 0,
        end,
        waiting: new Set(),
      });
    }
  }

  async #page(topic: string, partition: number, from: number, to: number): Promise<StoredMessage[]> {
    const { rows } = await this.#pool.query<MessageRow>(
      `select ${columns} from bus.message m where m.topic = $1 and m.partition = $2 and m."offset" >= $3 and m."offset" < $4 order by m."offset" limit $5`,
      [topic, partition, from, to, page],
    );
    return rows.map(parse);
  }

  async #fill(): Promise<void> {
    for (let failures = 0; this.#again && !this.#stop.signal.aborted;) {
      this.#again = false;
      try {
        if ((await this.#fetch()) >= page) this.#again = true;
        failures = 0;
      } catch (error) {
        this.#log.warn({ err: error }, 'reading from the bus failed');
        this.#again = true;
        await pause(backoffMs(failures, 100, 5_000), this.#stop.signal);
        failures += 1;
      }
    }
  }

  /** @returns the most messages found in one partition. */
  async #fetch(): Promise<number> {
    const places = [...this.#places.values()];
    const { rows } = await this.#pool.query<MessageRow>(
      `select ${columns} from unnest($1::text[], $2::int[], $3::bigint[]) as w (topic, partition, "end")
       join bus.partition p on p.topic = w.topic and p.number = w.partition and p.next_offset > w."end"
       cross join lateral (select * from bus.message m where m.topic = w.topic and m.partition = w.partition and m."offset" >= w."end"
         order by m."offset" limit ${page}) m
       order by m.topic, m.partition, m."offset"`,
      [places.map((place) => place.topic), places.map((place) => place.partition), places.map((place) => place.end)],
    );
    return this.#takeIn(rows, 'expired');
  }

  /**
   * Keeps messages, in the order of each partition. What is missing before one has expired, if they were read; or was
   * published by others and not read yet, if this process published them: then it looks.
   * @returns the most messages of one partition
   */
  #takeIn(rows: readonly MessageRow[], missing: 'expired' | 'unread'): number {
    const found = new Map<Recent, number>();
    for (const row of rows) {
      const place = this.#places.get(placeOf(row.topic, row.partition));
      if (!place) continue;
      found.set(place, (found.get(place) ?? 0) + 1);
      if (row.offset > place.end && missing === 'unread') this.look();
      else if (row.offset >= place.end) this.#keep(place, parse(row), row.value.length);
    }
    for (const place of found.keys()) place.waiting.forEach((wake) => wake());
    return Math.max(0, ...found.values());
  }

  #keep(place: Recent, message: StoredMessage, characters: number): void {
    // There is a gap: messages expired before this process read them. What is kept must have no gap, so it begins anew.
    if (message.offset !== place.end) {
      place.messages = [];
      place.characters = 0;
    }
    place.messages.push(message);
    place.characters += characters;
    place.end = message.offset + 1;
    if (place.messages.length > keptMessages || place.characters > keptCharacters) {
      // The older half goes. The halves are taken to be equally long, which is exact enough for a bound on memory.
      place.messages = place.messages.slice(Math.ceil(place.messages.length / 2));
      place.characters /= 2;
    }
    for (const hear of this.#tails.get(place.topic) ?? []) {
      try {
        hear(message);
      } catch (error) {
        this.#log.error({ err: error, topic: place.topic }, 'a tail failed to handle a message');
      }
    }
  }
}

function parse({ topic, partition, offset, key, value }: MessageRow): StoredMessage {
  try {
    return { topic, partition, offset, key, value: JSON.parse(value) as unknown };
  } catch {
    return { topic, partition, offset, key, value };
  }
}

function waitAt(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      waiting.delete(wake);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
  });
}
