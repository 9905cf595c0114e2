import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { latencyBounds, latencyBucket } from '#schema/latencyBounds.ts';
import type { AppAccess, RequestCount } from './appAccess.ts';

const minuteMs = 60_000;
/** More than differ within one flush; what is beyond is not counted. */
const mostCounts = 1_000;

/** What is counted of one answer. */
export interface Answered extends Pick<RequestCount, 'appId' | 'keyId' | 'documentId' | 'operation' | 'status'> {
  /** Whether the answer had errors. */
  readonly failed: boolean;
  readonly ms: number;
}

export interface UseCountsOptions {
  readonly access: Pick<AppAccess, 'recordUse'>;
  readonly log: Logger;
  readonly clock?: () => Date;
  /** How often the counts are sent, in milliseconds; by default 5 s. */
  readonly everyMs?: number;
}

interface Batch {
  readonly id: string;
  readonly counts: readonly RequestCount[];
}

/**
 * Counts the requests of apps by key, document, status and minute, in memory, and sends the counts a few at a time: a
 * request costs two additions. What was counted since the last sending is lost when the process is killed.
 */
export class UseCounts {
  readonly #options: UseCountsOptions;
  #counts = new Map<string, RequestCount & { readonly latency: number[] }>();
  /** What was sent, and not answered with success: it goes again as it was, since it may have been counted. */
  #unsure: Batch | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: UseCountsOptions) {
    this.#options = options;
  }

  count({ ms, failed, ...answered }: Answered): void {
    const now = (this.#options.clock?.() ?? new Date()).getTime();
    const minute = new Date(Math.floor(now / minuteMs) * minuteMs).toISOString();
    const latency: number[] = Array.from({ length: latencyBounds.length + 1 }, () => 0);
    latency[latencyBucket(ms)] = 1;
    this.#add({ ...answered, minute, requests: 1, failed: failed ? 1 : 0, latency });
    if (!this.#closed) this.#timer ??= this.#later();
  }

  /** Sends what is left. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#send();
  }

  #add(count: RequestCount): void {
    const { keyId, operation, documentId, status, minute } = count;
    const key = [keyId, operation, documentId, status, minute].join(' ');
    const known = this.#counts.get(key);
    if (!known && this.#counts.size >= mostCounts) return;
    this.#counts.set(key, {
      ...count,
      requests: (known?.requests ?? 0) + count.requests,
      failed: (known?.failed ?? 0) + count.failed,
      latency: count.latency.map((each, bucket) => each + (known?.latency[bucket] ?? 0)),
    });
  }

  #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending = this.#sending.then(() => this.#sendNow());
    return this.#sending;
  }

  /** Never rejects: a batch that could not be sent is sent again the next time, before anything else. */
  async #sendNow(): Promise<void> {
    try {
      while (this.#unsure || this.#counts.size > 0) {
        this.#unsure ??= { id: randomUUID(), counts: this.#take() };
        await this.#options.access.recordUse(this.#unsure.counts, this.#unsure.id);
        this.#unsure = undefined;
      }
    } catch (error) {
      if (!this.#closed) this.#timer ??= this.#later();
      this.#options.log.warn({ err: error }, 'the use of apps could not be recorded; it is tried again');
    }
  }

  #take(): readonly RequestCount[] {
    const counts = [...this.#counts.values()];
    this.#counts = new Map();
    return counts;
  }

  #later = (): NodeJS.Timeout => setTimeout(() => void this.#send(), this.#options.everyMs ?? 5_000).unref();
}
