import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ExecutionResult } from 'graphql';
import { LruCache } from '../documents/lruCache.ts';
import { stringifyExactly } from '../documents/exactNumber.ts';
import { concerns, type AnswerScope, type EventSubject } from './answerScope.ts';

const compress = promisify(gzip);

/** An answer without errors, as it is sent. */
export interface KeptAnswer {
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
  /** The value of `ETag`. */
  readonly tag: string;
  readonly scope: AnswerScope;
  /** When it was asked for, in milliseconds of `performance.now()`. */
  readonly at: number;
  /** Whether nothing that it may depend on had happened by the time it was made: others may keep it, too. */
  readonly isCurrent: boolean;
}

/** What running an operation gives. */
export interface Made {
  readonly result: ExecutionResult;
  readonly scope: AnswerScope;
}

export interface Wanted {
  /** Equal for those who get the same answer to the same operation with the same variables. */
  readonly key: string;
  /** Who asks. */
  readonly caller: string;
  readonly maxAgeMs: number;
  /** @param freshness differs from that of every other run */
  make(freshness: string): Promise<Made>;
}

export type Outcome = 'hit' | 'miss' | 'joined';

interface Entry extends KeptAnswer {
  readonly began: number;
  readonly weight: number;
}

interface Run {
  readonly began: number;
  readonly made: Promise<KeptAnswer | ExecutionResult>;
}

const maxEvents = 1_000;
/** What an entry takes besides its bytes. */
const entryBytes = 1_000;

/**
 * The answers that a channel keeps, in this process. Nobody gets one that is older than an event which came before they
 * asked, nor one from before a mutation of their own that ran here. Who asks for the same at the same time waits for
 * one run.
 */
export class KeptAnswers {
  readonly #maxBytes: number;
  /** The least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #runs = new Map<string, Run>();
  /** Counts events and mutations. */
  #time = 0;
  #lastEvent = 0;
  /** The last events, each with its time. */
  readonly #events: { readonly time: number; readonly subject: EventSubject }[] = [];
  #knownSince = 0;
  readonly #wroteAt = new LruCache<number>(100_000);
  #bytes = 0;
  #made = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async answer(wanted: Wanted): Promise<{ readonly answer: KeptAnswer | ExecutionResult; readonly outcome: Outcome }> {
    const { key, caller, maxAgeMs } = wanted;
    const wroteAt = this.#wroteAt.get(caller) ?? 0;
    const known = this.#entries.get(key);
    if (known && known.began >= wroteAt && performance.now() - known.at < maxAgeMs) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return { answer: known, outcome: 'hit' };
    }
    const running = this.#runs.get(key);
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

  /** To be called for every event that comes; returns how many answers it let go. */
  hear(subject: EventSubject): number {
    this.#lastEvent = this.#time += 1;
    this.#events.push({ time: this.#time, subject });
    if (this.#events.length > maxEvents) this.#knownSince = this.#events.shift()!.time;
    let gone = 0;
    for (const [key, entry] of this.#entries) {
      if (!concerns(entry.scope, subject)) continue;
      this.#drop(key);
      gone += 1;
    }
    return gone;
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

  async #run({ key, make }: Wanted, began: number): Promise<KeptAnswer | ExecutionResult> {
    const at = performance.now();
    const { result, scope } = await make(`kept ${(this.#made += 1)}`);
    if (result.errors?.length) return result;
    const bytes = Buffer.from(stringifyExactly(result));
    const gzipped = await compress(bytes);
    const tag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    const isCurrent =
      began >= this.#knownSince &&
      this.#events.every(({ time, subject }) => time <= began || !concerns(scope, subject)) &&
      (this.#entries.get(key)?.began ?? 0) <= began;
    const weight = bytes.length + gzipped.length + entryBytes;
    const entry = { bytes, gzipped, tag, scope, at, isCurrent, began, weight };
    if (isCurrent) this.#keep(key, entry);
    return entry;
  }

  #keep(key: string, entry: Entry): void {
    this.#drop(key);
    if (entry.weight > this.#maxBytes) return;
    this.#entries.set(key, entry);
    this.#bytes += entry.weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.weight ?? 0;
    this.#entries.delete(key);
  }
}
