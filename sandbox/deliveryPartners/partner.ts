import { History, type EntryBase } from '../history.ts';
import { behaviourSchema, type Behaviour } from './behaviour.ts';

/** How far a job has come. */
export type JobState = 'placed' | 'assigned' | 'collected' | 'delivered' | 'failed' | 'cancelled';

/** A line of the ledger: what a partner did, or refused to do. */
export interface Entry extends EntryBase {
  readonly kind: JobState | 'declined' | 'moved';
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

function after(known: Job | undefined, { reference, kind, reason, position, at, sequence }: Entry): Job | undefined {
  if (kind === 'declined') return known;
  const job = known ?? { reference, number: sequence, state: 'placed', position: null };
  return { ...job, ...(kind === 'moved' ? { position: position && { ...position, at } } : { state: kind }), reason };
}

/** A delivery partner without its API: the jobs that it has taken, which are the sum of its ledger. */
export class Partner {
  behaviour: Behaviour;

  private constructor(
    private readonly history: History<Entry, Job>,
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
    const partner = new Partner(await History.open(path, clock, after), usual, tell);
    for (const job of partner.history.items()) partner.#goOn(job);
    return partner;
  }

  close(): Promise<void> {
    return this.history.close();
  }

  behave(behaviour: unknown): void {
    this.behaviour = behaviourSchema.parse({ ...this.usual, ...(behaviour as object) });
  }

  find(reference: string): Job | undefined {
    return this.history.find(reference);
  }

  /** What was done for a reference, in order; for all without one. */
  entries(reference: string | null): readonly Entry[] {
    return this.history.entries(reference);
  }

  /** Takes a job, or declines it; a reference that it knows gets its job again. */
  async place(reference: string): Promise<{ readonly job: Job } | { readonly declined: string }> {
    const known = this.history.find(reference);
    if (known) return { job: known };
    const { declineReason } = this.behaviour;
    await this.#enter(declineReason === null ? 'placed' : 'declined', reference, declineReason);
    return declineReason === null ? { job: this.history.find(reference)! } : { declined: declineReason };
  }

  /** Brings a job to a state, if it can come to it from where it is. Returns it as it is then. */
  async advance(reference: string, to: JobState, reason: string | null = null): Promise<Job | undefined> {
    const job = this.history.find(reference);
    if (job && steps[job.state].includes(to)) await this.#enter(to, reference, reason);
    return this.history.find(reference);
  }

  async locate(reference: string, position: Position): Promise<Job | undefined> {
    if (this.history.find(reference)) await this.#enter('moved', reference, null, position);
    return this.history.find(reference);
  }

  async #enter(kind: Entry['kind'], reference: string, reason: string | null, position: Position | null = null) {
    const job = await this.history.enter({ kind, reference, reason, position });
    if (!job || kind === 'declined') return;
    const told = this.tell(job, this.behaviour.callbackTimes);
    if (this.behaviour.callbacksFirst) await told;
    if (kind !== 'moved') this.#goOn(job);
  }

  #goOn({ reference, state }: Job): void {
    const { stepSeconds } = this.behaviour;
    if (stepSeconds === null || !(state in nextByItself)) return;
    this.history.later(stepSeconds, () => {
      if (this.history.find(reference)?.state === state)
        void this.advance(reference, nextByItself[state as keyof typeof nextByItself]);
    });
  }
}
