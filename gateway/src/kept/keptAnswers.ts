import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ExecutionResult } from 'graphql';
import { stringifyExactly } from '../documents/exactNumber.ts';
import { LruCache } from '../documents/lruCache.ts';
import { concerns, type AnswerScope, type EventSubject } from './answerScope.ts';
import { AnswerTags } from './answerTags.ts';

const compress = promisify(gzip);

/** What is sent to a caller. */
export interface Written {
  readonly bytes: Buffer;
  /** The value of `ETag`. */
  readonly tag: string;
  /** Of a page of REST: the cursor of the next one. */
  readonly next?: string | undefined;
}

/** An answer without errors, as it is sent. */
export interface KeptAnswer extends Written {
  /** The same, compressed once. */
  readonly gzipped: () => Promise<Buffer>;
  readonly scope: AnswerScope;
  /** When it was asked for, in milliseconds of `performance.now()`. */
  readonly at: number;
  /**
   * Whether it is whole, and nothing that it may depend on had happened by the time it was made: others may keep it,
   * too.
   */
  readonly isCurrent: boolean;
}

/** What running an operation gives. */
export interface Made {
  readonly result: ExecutionResult;
  readonly scope: AnswerScope;
  /** Some of what it is made of could not be read, although it has no errors. */
  readonly isPartial?: boolean;
}

export interface Wanted {
  /** Equal for those who get the same answer to the same operation with the same variables. */
  readonly key: string;
  /** Who asks. */
  readonly caller: string;
  readonly maxAgeMs: number;
  /** @param freshness differs from that of every other run */
  make(freshness: string): Promise<Made>;
  /** Writes what was made, if it had no errors. What it throws is not kept. */
  write?(result: ExecutionResult): Written;
}

export type Outcome = 'hit' | 'miss' | 'joined';

interface Entry extends KeptAnswer {
  readonly began: number;
  readonly tags: readonly string[];
  weight: number;
}

interface Run {
  readonly began: number;
  readonly made: Promise<KeptAnswer | ExecutionResult>;
}

const maxEvents = 1_000;
/** What an entry takes besides its bytes, its key and its tags. */
const entryBytes = 800;
/** What the tag of an entry takes: the tag, and its place in the index. */
const tagBytes = 100;
/** Feeds of which the version is known that was heard last. */
const maxFeeds = 50_000;

/**
 * The answers that a channel keeps, in this process. Nobody gets one that is older than an event which came before they
 * asked, nor one from before a mutation of their own that ran here. Who asks for the same at the same time waits for
 * one run.
 */
export class KeptAnswers {
  readonly #maxBytes: number;
  /** The least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #tags = new AnswerTags('');
  readonly #byTag = new Map<string, Set<string>>();
  readonly #runs = new Map<string, Run>();
  /** Counts events and mutations. */
  #time = 0;
  #lastEvent = 0;
  /** The last events, each with its time. */
  readonly #events: { readonly time: number; readonly subject: EventSubject }[] = [];
  #knownSince = 0;
  readonly #wroteAt = new LruCache<number>(100_000);
  /** Feed → the highest version that was heard. */
  readonly #heard = new LruCache<number>(maxFeeds);
  #bytes = 0;
  #made = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#entries.size;
  }

  async answer(wanted: Wanted): Promise<{ readonly answer: KeptAnswer | ExecutionResult; readonly outcome: Outcome }> {
    const { key, caller } = wanted;
    const known = this.find(wanted);
    if (known) return { answer: known, outcome: 'hit' };
    const running = this.#runs.get(key);
    const wroteAt = this.#wroteAt.get(caller) ?? 0;
    // What it depends on is not known yet: after any event it may be old.
    if (running && running.began >= wroteAt && running.began >= this.#lastEvent)
      return { answer: await running.made, outcome: 'joined' };
    const run: Run = { began: this.#time, made: this.#run(wanted, this.#time) };
    this.#runs.set(key, run);
    try {
      return { answer: await run.made, outcome: 'miss' };
    } finally {
      if (this.#runs.get(key) === run) this.#runs.delete(key);
    }
  }

  /** The answer that is kept for this caller, if there is one. */
  find({ key, caller, maxAgeMs }: Pick<Wanted, 'key' | 'caller' | 'maxAgeMs'>): KeptAnswer | undefined {
    const known = this.#entries.get(key);
    if (!known || known.began < (this.#wroteAt.get(caller) ?? 0) || performance.now() - known.at >= maxAgeMs)
      return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, known);
    return known;
  }

  /** To be called for every event that comes; returns how many answers it let go. */
  hear(subject: EventSubject): number {
    this.#lastEvent = this.#time += 1;
    this.#events.push({ time: this.#time, subject });
    if (this.#events.length > maxEvents) this.#knownSince = this.#events.shift()!.time;
    // Events of a feed may come out of their order.
    for (const { feed, version } of subject.versions)
      if ((this.#heard.get(feed) ?? 0) < version) this.#heard.set(feed, version);
    const before = this.#entries.size;
    for (const tag of this.#tags.after(subject)) for (const key of this.#byTag.get(tag) ?? []) this.#drop(key);
    return before - this.#entries.size;
  }

  /** To be called when a mutation has ended: its caller gets nothing from before. */
  wrote(caller: string): void {
    this.#wroteAt.set(caller, (this.#time += 1));
  }

  /** Lets everything go, as after a change of the graph. */
  clear(): void {
    this.#knownSince = this.#lastEvent = this.#time += 1;
    for (const key of [...this.#entries.keys()]) this.#drop(key);
  }

  async #run({ key, make, write = asGraphql }: Wanted, began: number): Promise<KeptAnswer | ExecutionResult> {
    const at = performance.now();
    const { result, scope, isPartial } = await make(`kept ${(this.#made += 1)}`);
    if (result.errors?.length) return result;
    const written = write(result);
    const { bytes } = written;
    const isCurrent =
      !isPartial &&
      began >= this.#knownSince &&
      !this.#happenedSince(began, scope) &&
      !this.#isBehind(scope) &&
      (this.#entries.get(key)?.began ?? 0) <= began;
    const tags = isCurrent ? this.#tags.of(scope) : [];
    // The key has the variables, which may be longer than the answer.
    const weight = bytes.length + 2 * key.length + tags.length * tagBytes + entryBytes;
    const entry: Entry = { ...written, scope, at, isCurrent, began, weight, tags, gzipped: () => gzipped() };
    let compressed: Promise<Buffer> | undefined;
    const gzipped = () => (compressed ??= compress(bytes).then((packed) => this.#grown(key, entry, packed)));
    if (isCurrent) this.#keep(key, entry);
    return entry;
  }

  #happenedSince(began: number, scope: AnswerScope): boolean {
    for (let at = this.#events.length - 1; at >= 0 && this.#events[at]!.time > began; at -= 1)
      if (concerns(scope, this.#events[at]!.subject)) return true;
    return false;
  }

  /** Whether a read model has not come as far as what was heard: no further event would tell that it has. */
  #isBehind({ versions, isUnproven }: AnswerScope): boolean {
    return isUnproven || versions.some(({ feed, version }) => version < (this.#heard.get(feed) ?? 0));
  }

  #keep(key: string, entry: Entry): void {
    this.#drop(key);
    if (entry.weight > this.#maxBytes) return;
    this.#entries.set(key, entry);
    for (const tag of entry.tags) this.#byTag.set(tag, (this.#byTag.get(tag) ?? new Set()).add(key));
    this.#bytes += entry.weight;
    this.#trim();
  }

  #grown(key: string, entry: Entry, packed: Buffer): Buffer {
    entry.weight += packed.length;
    if (this.#entries.get(key) !== entry) return packed;
    this.#bytes += packed.length;
    this.#trim();
    return packed;
  }

  #trim(): void {
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#bytes -= entry.weight;
    this.#entries.delete(key);
    for (const tag of entry.tags) {
      const keys = this.#byTag.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) this.#byTag.delete(tag);
    }
  }
}

function asGraphql(result: ExecutionResult): Written {
  const bytes = Buffer.from(stringifyExactly(result));
  return { bytes, tag: tagOf(bytes) };
}

/** The weak `ETag` of an answer. */
export const tagOf = (bytes: Buffer | string): string =>
  `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
