import { Ledger } from '../paymentProvider/ledger.ts';
import { behaviourSchema, type Behaviour } from './behaviour.ts';

/** How far a job has come. */
export type JobState = 'placed' | 'assigned' | 'collected' | 'delivered' | 'failed' | 'cancelled';

/** A line of the ledger: what a partner did, or refused to do. Lines are never changed or removed. */
export interface Entry {
  readonly sequence: number;
  readonly at: string;
  readonly kind: JobState | 'declined' | 'moved';
  /** The client's own name for the job. */
  readonly reference: string;
  /** The code of a decline or failure. */
  readonly reason: string | null;
  readonly position: Position | null;
}

export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

export interface Job {
  readonly reference: string;
  /** The partner's number of the job. */
  readonly number: number;
  readonly state: JobState;
  readonly reason: string | null;
  /** Where the courier was last, and when; null until a courier has told. */
  readonly position: (Position & { readonly at: string }) | null;
}

const steps: Readonly<Record<JobState, readonly JobState[]>> = {
  placed: ['assigned', 'cancelled', 'failed'],
  assigned: ['collected', 'cancelled', 'failed'],
  collected: ['delivered', 'failed'],
  delivered: [],
  failed: [],
  cancelled: [],
};
const nextByItself = { placed: 'assigned', assigned: 'collected', collected: 'delivered' } as const;

/** A delivery partner without its API: the jobs that it has taken, which are the sum of its ledger. */
export class Partner {
  behaviour: Behaviour;
  readonly #jobs = new Map<string, Job>();
  readonly #entries: Entry[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();

  private constructor(
    private readonly ledger: Ledger<Entry>,
    private readonly clock: () => Date,
    private readonly usual: Partial<Behaviour>,
    /** Tells the client of a job's change; resolves when the client has answered, or will not. */
    private readonly tell: (job: Job, times: number) => Promise<void>,
  ) {
    this.behaviour = behaviourSchema.parse(usual);
  }

  static async open(
    path: string,
    clock: () => Date,
    usual: Partial<Behaviour>,
    tell: (job: Job, times: number) => Promise<void>,
  ): Promise<Partner> {
    const { ledger, entries } = await Ledger.open<Entry>(path);
    const partner = new Partner(ledger, clock, usual, tell);
    for (const entry of entries) partner.#apply(entry);
    for (const job of partner.#jobs.values()) partner.#goOn(job);
    return partner;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.ledger.close();
  }

  behave(behaviour: unknown): void {
    this.behaviour = behaviourSchema.parse({ ...this.usual, ...(behaviour as object) });
  }

  find(reference: string): Job | undefined {
    return this.#jobs.get(reference);
  }

  /** What was done for a reference, in order; for all without one. */
  entries(reference: string | null): readonly Entry[] {
    return this.#entries.filter((entry) => reference === null || entry.reference === reference);
  }

  /** Takes a job, or declines it; a reference that it knows gets its job again. */
  async place(reference: string): Promise<{ readonly job: Job } | { readonly declined: string }> {
    const known = this.#jobs.get(reference);
    if (known) return { job: known };
    const { declineReason } = this.behaviour;
    await this.#enter(declineReason === null ? 'placed' : 'declined', reference, declineReason);
    return declineReason === null ? { job: this.#jobs.get(reference)! } : { declined: declineReason };
  }

  /** Brings a job to a state, if it can come to it from where it is. Returns it as it is then. */
  async advance(reference: string, to: JobState, reason: string | null = null): Promise<Job | undefined> {
    const job = this.#jobs.get(reference);
    if (job && steps[job.state].includes(to)) await this.#enter(to, reference, reason);
    return this.#jobs.get(reference);
  }

  async locate(reference: string, position: Position): Promise<Job | undefined> {
    if (this.#jobs.has(reference)) await this.#enter('moved', reference, null, position);
    return this.#jobs.get(reference);
  }

  async #enter(kind: Entry['kind'], reference: string, reason: string | null, position: Position | null = null) {
    const at = this.clock().toISOString();
    const entry: Entry = { sequence: this.#entries.length + 1, at, kind, reference, reason, position };
    this.#apply(entry);
    await this.ledger.append(entry);
    const job = this.#jobs.get(reference);
    if (!job || kind === 'declined') return;
    const told = this.tell(job, this.behaviour.callbackTimes);
    if (this.behaviour.callbacksFirst) await told;
    if (kind !== 'moved') this.#goOn(job);
  }

  #apply(entry: Entry): void {
    this.#entries.push(entry);
    const { reference, kind, reason, position, at } = entry;
    if (kind === 'declined') return;
    const known = this.#jobs.get(reference) ?? { reference, number: entry.sequence, state: 'placed', position: null };
    this.#jobs.set(reference, {
      ...known,
      ...(kind === 'moved' ? { position: position && { ...position, at } } : { state: kind }),
      reason,
    });
  }

  #goOn({ reference, state }: Job): void {
    const { stepSeconds } = this.behaviour;
    if (stepSeconds === null || !(state in nextByItself)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#jobs.get(reference)?.state === state)
        void this.advance(reference, nextByItself[state as keyof typeof nextByItself]);
    }, stepSeconds * 1_000);
    this.#timers.add(timer.unref());
  }
}
