import type { Logger } from 'pino';
import type { AppAccess, AppUse } from './appAccess.ts';

const hourMs = 3_600_000;
/** More documents than are executed within one flush; what is beyond is not counted. */
const mostCounts = 1_000;

export interface UseCountsOptions {
  readonly access: Pick<AppAccess, 'recordUse'>;
  readonly log: Logger;
  readonly clock?: () => Date;
  /** How often the counts are sent, in milliseconds; by default 5 s. */
  readonly everyMs?: number;
}

/**
 * Counts how often documents are executed, in memory, and sends the counts a few at a time: a request costs one
 * addition. What was counted since the last sending is lost when the process is killed.
 */
export class UseCounts {
  readonly #options: UseCountsOptions;
  #counts = new Map<string, AppUse>();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: UseCountsOptions) {
    this.#options = options;
  }

  /** `id`: of the registration. */
  count(id: string, failed: boolean): void {
    const now = (this.#options.clock?.() ?? new Date()).getTime();
    const hour = new Date(Math.floor(now / hourMs) * hourMs).toISOString();
    this.#add({ id, hour, requests: 1, failed: failed ? 1 : 0 });
    if (!this.#closed) this.#timer ??= setTimeout(() => void this.#send(), this.#options.everyMs ?? 5_000).unref();
  }

  /** Sends what is left. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#send();
  }

  #add({ id, hour, requests, failed }: AppUse): void {
    const key = `${id} ${hour}`;
    const known = this.#counts.get(key);
    if (!known && this.#counts.size >= mostCounts) return;
    this.#counts.set(key, {
      id,
      hour,
      requests: (known?.requests ?? 0) + requests,
      failed: (known?.failed ?? 0) + failed,
    });
  }

  #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending = this.#sending.then(() => this.#sendNow());
    return this.#sending;
  }

  /** Never rejects: counts that could not be sent are added to those of the next time. */
  async #sendNow(): Promise<void> {
    const uses = [...this.#counts.values()];
    if (uses.length === 0) return;
    this.#counts = new Map();
    try {
      await this.#options.access.recordUse(uses);
    } catch (error) {
      for (const use of uses) this.#add(use);
      this.#options.log.warn({ err: error }, 'the use of documents could not be recorded; it is tried again');
    }
  }
}
