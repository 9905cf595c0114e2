import type pg from 'pg';
import type { Logger } from 'pino';
import { Bell } from '#platform/events/bell.ts';
import { pause } from '#platform/events/pause.ts';
import type { WrappingKeys } from '#platform/pii/keyring.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import type { Reach } from '../webhooks/target.ts';
import { claimLanes, giveBack, headsOf, settle, type Head, type Settlement } from './lanes.ts';
import { post } from './post.ts';
import { sendOne } from './sendOne.ts';
import type { TokenSigner } from './tokenSigner.ts';

export interface DispatcherParts {
  readonly pool: pg.Pool;
  readonly keys: WrappingKeys;
  readonly tokens: TokenSigner;
  readonly reach: Reach;
  readonly clock: () => Date;
  readonly log: Logger;
  readonly metrics?: Metrics | undefined;
  readonly callMs?: number | undefined;
  readonly leaseMs?: number | undefined;
}

/**
 * So many calls of this process are under way at a time: a call is a socket and a few kilobytes. Endpoints to which
 * nothing gets through share half of them, so that however many hang, there is room for the others.
 */
const mostCalls = 1_000;
const mostFailing = mostCalls / 2;
const mostClaimed = 100;
/** A retry comes due without anybody telling, so the lanes are looked at now and then. */
const lookEveryMs = 1_000;
/** What comes within this time is looked for at once, since each look goes through all endpoints. */
const gatherMs = 10;
/** Calls under way may end for so long when the process stops; the others are broken off, and sent again. */
const finishMs = 3_000;

/** Claims lanes and sends what is first in each, many at a time. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #bell = new Bell();
  readonly #underWay = new Map<Promise<void>, boolean>();
  readonly #breakOff = new AbortController();

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  look(): void {
    this.#bell.ring();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const failing = [...this.#underWay.values()].filter(Boolean).length;
      const room = mostCalls - this.#underWay.size;
      const begun =
        (await this.#begin(Math.min(room, mostClaimed), false)) +
        (await this.#begin(Math.min(room - mostClaimed, mostFailing - failing, mostClaimed), true));
      if (begun === 0) await this.#bell.wait(lookEveryMs, signal);
      await pause(gatherMs, signal);
    }
  }

  /** Waits a while for the calls under way, breaks off the others, and gives their lanes back. */
  async finish(): Promise<void> {
    const late = setTimeout(() => this.#breakOff.abort(), finishMs);
    await Promise.all(this.#underWay.keys());
    clearTimeout(late);
  }

  /** Begins the calls of lanes that are due. Returns how many were found. */
  async #begin(most: number, failing: boolean): Promise<number> {
    const { pool, clock, leaseMs = 60_000 } = this.#parts;
    if (most <= 0) return 0;
    const claims = await claimLanes(pool, { now: clock(), leaseMs, most, failing });
    if (claims.length === 0) return 0;
    for (const head of await headsOf(pool, claims)) {
      const call = this.#call(head).finally(() => {
        this.#underWay.delete(call);
        this.#bell.ring();
      });
      this.#underWay.set(call, failing);
    }
    return claims.length;
  }

  async #call(head: Head): Promise<void> {
    const { pool, clock, log, reach, callMs = 15_000 } = this.#parts;
    const { signal } = this.#breakOff;
    try {
      const settlement = await sendOne(head, {
        ...this.#parts,
        post: (url, headers, body) => post(url, headers, body, { reach, withinMs: callMs, signal }),
      });
      if (signal.aborted && settlement.outcome !== 'DELIVERED') return await giveBack(pool, [head], clock());
      if (await settle(pool, head, settlement)) this.#tell(head, settlement);
    } catch (error) {
      // The lane stays leased, so that it is tried again when the lease has run out.
      log.error({ err: error, endpointId: head.endpointId, eventId: head.eventId }, 'a webhook could not be sent');
    }
  }

  #tell({ endpointId, eventId, type }: Head, { outcome, answer, disabledBecause }: Settlement): void {
    const { log, metrics } = this.#parts;
    const told = { WAITING: 'retried', DELIVERED: 'delivered', DEAD: 'dead' } as const;
    metrics?.count('webhooksSent', { outcome: told[outcome] });
    if (outcome === 'DEAD') log.warn({ endpointId, eventId, type }, 'a webhook to a partner is given up');
    if (disabledBecause) log.warn({ endpointId, disabledBecause }, 'an endpoint of a partner was disabled');
    log.info({ endpointId, eventId, type, outcome, status: answer?.['status'] }, 'a webhook was sent');
  }
}
