import type { Metrics } from '#platform/telemetry/metrics.ts';
import type { LoadPolicy } from '../channelManifest.ts';
import { Refusal } from '../errors/refusal.ts';
import { once, type Release } from './callerLimits.ts';

/** `first`: what guests and staff have begun and wait for, such as an order; `usual`: everything else. */
export type Urgency = 'first' | 'usual';

interface Waiting {
  readonly caller: string;
  readonly urgency: Urgency;
  readonly start: () => void;
  readonly refuse: (reason: 'full' | 'late') => void;
}

/** Those who wait with one urgency: each caller in turn has one of its requests taken, however many it has. */
class Lane {
  readonly #byCaller = new Map<string, Waiting[]>();
  size = 0;

  add(each: Waiting): void {
    const own = this.#byCaller.get(each.caller) ?? [];
    this.#byCaller.set(each.caller, own);
    own.push(each);
    this.size += 1;
  }

  /** Takes the oldest request of the caller whose turn it is. */
  next(): Waiting | undefined {
    const [turn] = this.#byCaller;
    if (!turn) return undefined;
    const [caller, own] = turn;
    const each = own.shift()!;
    this.#byCaller.delete(caller);
    if (own.length > 0) this.#byCaller.set(caller, own);
    this.size -= 1;
    return each;
  }

  /** Takes the newest request of the caller who has the most, if that is more than `atLeast`. */
  newestOfBusiest(atLeast = 0): Waiting | undefined {
    let busiest: Waiting[] = [];
    for (const own of this.#byCaller.values()) if (own.length > busiest.length) busiest = own;
    if (busiest.length <= atLeast) return undefined;
    const each = busiest.at(-1)!;
    this.remove(each);
    return each;
  }

  waitingOf = (caller: string): number => this.#byCaller.get(caller)?.length ?? 0;

  remove(each: Waiting): void {
    const own = this.#byCaller.get(each.caller);
    const at = own?.indexOf(each) ?? -1;
    if (!own || at < 0) return;
    own.splice(at, 1);
    if (own.length === 0) this.#byCaller.delete(each.caller);
    this.size -= 1;
  }
}

/** How long after a request was refused the channel still says that it is shedding. */
const sheddingMs = 5_000;

/**
 * Bounds how many requests of a channel run at once. Those over the bound wait, what is urgent before the rest and each
 * caller in turn; who has waited too long, or finds the queue full, is refused with 503 before anything of it runs. A
 * part of the room is kept for what is urgent, so that browsing is refused before ordering is.
 */
export class LoadQueue {
  readonly #policy: LoadPolicy;
  readonly #channel: string;
  readonly #metrics: Metrics | undefined;
  readonly #lanes: Readonly<Record<Urgency, Lane>> = { first: new Lane(), usual: new Lane() };
  readonly #running: Record<Urgency, number> = { first: 0, usual: 0 };
  #shedAt = Number.NEGATIVE_INFINITY;

  constructor(policy: LoadPolicy, channel: string, metrics?: Metrics) {
    this.#policy = policy;
    this.#channel = channel;
    this.#metrics = metrics;
    metrics?.begin('httpShed', { channel });
  }

  get running(): number {
    return this.#running.first + this.#running.usual;
  }

  get waiting(): number {
    return this.#lanes.first.size + this.#lanes.usual.size;
  }

  /** Whether requests were refused a moment ago. */
  get isShedding(): boolean {
    return performance.now() - this.#shedAt < sheddingMs;
  }

  /**
   * Resolves when the request may run, to what has to be called when it has run. `caller` is whoever asks, among whom
   * the room is shared. @throws Refusal 503
   */
  enter(urgency: Urgency, caller: string): Promise<Release> | Release {
    if (this.#hasRoom(urgency) && this.#lanes[urgency].size === 0) return this.#begin(urgency);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#lanes[urgency].remove(waiting);
        waiting.refuse('late');
      }, this.#policy.waitMs);
      const waiting: Waiting = {
        caller,
        urgency,
        start: () => {
          clearTimeout(timer);
          resolve(this.#begin(urgency));
        },
        refuse: (reason) => {
          clearTimeout(timer);
          this.#shedAt = performance.now();
          this.#metrics?.count('httpShed', { channel: this.#channel, urgency, reason });
          reject(Refusal.overloaded());
        },
      };
      if (this.waiting >= this.#policy.maxWaiting && !this.#makeRoomFor(waiting)) waiting.refuse('full');
      else this.#lanes[urgency].add(waiting);
    });
  }

  /** Refuses somebody else in favour of this one: who browses, or who has more in the queue of the same urgency. */
  #makeRoomFor({ urgency, caller }: Waiting): boolean {
    const lane = this.#lanes[urgency];
    const other =
      (urgency === 'first' ? this.#lanes.usual.newestOfBusiest() : undefined) ??
      lane.newestOfBusiest(lane.waitingOf(caller) + 1);
    other?.refuse('full');
    return other !== undefined;
  }

  #hasRoom(urgency: Urgency): boolean {
    const { maxRunning, keptForUrgent } = this.#policy;
    return this.running < maxRunning && (urgency === 'first' || this.#running.usual < maxRunning - keptForUrgent);
  }

  #begin(urgency: Urgency): Release {
    this.#running[urgency] += 1;
    return once(() => {
      this.#running[urgency] -= 1;
      for (const each of ['first', 'usual'] as const)
        while (this.#hasRoom(each)) {
          const next = this.#lanes[each].next();
          if (!next) break;
          next.start();
        }
    });
  }
}
