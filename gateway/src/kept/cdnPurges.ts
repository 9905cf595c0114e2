import type { Logger } from 'pino';
import { pause } from '#platform/events/pause.ts';

/** Has a CDN let go of everything that has one of these tags. */
export type Purge = (tags: readonly string[]) => Promise<void>;

export interface CdnPurgesOptions {
  readonly purge: Purge;
  /** The tag of everything. */
  readonly ofAll: string;
  readonly log: Logger;
  /**
   * How long tags are gathered. It is also the time that an answer from before has to reach the CDN, where it must not
   * arrive after the purge.
   */
  readonly gatherMs?: number;
  readonly retryMs?: number;
}

/** CDNs take 30 in one call, or more. */
const mostInOneCall = 30;
/** With more than these, everything is let go: that is one tag. */
const mostWaiting = 1_000;

/** Tells a CDN what to let go, until it has heard it. */
export class CdnPurges {
  readonly #options: Required<CdnPurgesOptions>;
  #waiting = new Set<string>();
  #running: Promise<void> | undefined;
  #isFailing = false;
  readonly #closing = new AbortController();

  constructor(options: CdnPurgesOptions) {
    this.#options = { gatherMs: 100, retryMs: 1_000, ...options };
  }

  add(tags: readonly string[]): void {
    for (const tag of tags) this.#waiting.add(tag);
    if (this.#waiting.size > mostWaiting) this.#waiting = new Set([this.#options.ofAll]);
    this.#begin();
  }

  #begin(): void {
    if (this.#waiting.size === 0 || this.#closing.signal.aborted) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // What came between the last look and now has begun nothing.
      this.#begin();
    });
  }

  /** Tells once more what is waiting, and nothing after that. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { gatherMs, retryMs } = this.#options;
    while (this.#waiting.size > 0) {
      // What came while the CDN was told what was before waits as long.
      await pause(gatherMs, this.#closing.signal);
      if (await this.#tellAll([...this.#waiting])) continue;
      if (this.#closing.signal.aborted) return;
      await pause(retryMs, this.#closing.signal);
    }
  }

  async #tellAll(tags: readonly string[]): Promise<boolean> {
    for (let from = 0; from < tags.length; from += mostInOneCall)
      if (!(await this.#tell(tags.slice(from, from + mostInOneCall)))) return false;
    return true;
  }

  async #tell(tags: readonly string[]): Promise<boolean> {
    const { purge, log } = this.#options;
    // A tag that comes again meanwhile is told again.
    for (const tag of tags) this.#waiting.delete(tag);
    try {
      await purge(tags);
      if (this.#isFailing) log.info('the CDN takes purges again');
      this.#isFailing = false;
      return true;
    } catch (error) {
      for (const tag of tags) this.#waiting.add(tag);
      if (!this.#isFailing)
        log.error({ err: error }, 'the CDN takes no purge: it may give answers that are out of date');
      this.#isFailing = true;
      return false;
    }
  }
}
