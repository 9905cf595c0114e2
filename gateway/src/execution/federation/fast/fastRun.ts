import type { FetchedAnswer, SubgraphFetch, SubgraphFetchContext } from '../../dataSources/subgraphFetch.ts';
import type { FastPlan, PlannedGroup } from './fastPlan.ts';
import { Surprise, bad } from './jsonBytes.ts';
import { PlanWork } from './planWork.ts';
import type { Told } from './told.ts';

/** A request that was sent. */
export interface SentGroup {
  readonly group: PlannedGroup;
  /** Of each unit, what was sent. */
  readonly told: readonly Told[];
  readonly body: Buffer;
  readonly answer: Promise<FetchedAnswer>;
}

export interface FastRunParts {
  readonly plan: FastPlan;
  readonly fetchFrom: (subgraph: string) => SubgraphFetch;
  readonly context: SubgraphFetchContext;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Runs a plan by its code. Whatever is not as the plan has it ends the run: what was sent until then is in `sent`, so
 * that the general way takes the same answers.
 *
 * Requests that are the same share the answers of subgraphs while these are in flight. Runs that got the same bytes
 * first work together from then on, so that each request is written, each answer read, and the client's written once.
 * Each asks for itself: its deadline, its client and what is counted are its own.
 */
export class FastRun {
  readonly sent: SentGroup[] = [];
  readonly #parts: FastRunParts;
  #work: PlanWork;
  /** By group. */
  readonly #came: Buffer[] = [];
  #isOver = false;

  constructor(parts: FastRunParts) {
    this.#parts = parts;
    this.#work = new PlanWork(parts.plan, parts.variables);
  }

  /** The bytes of the answer. @throws Surprise */
  async answer(): Promise<Buffer> {
    const { groups } = this.#parts.plan;
    try {
      if (groups.length === 1) await this.#run(groups[0]!);
      else {
        const done: Promise<void>[] = [];
        for (const group of groups) done.push(this.#runAfter(group, done));
        await Promise.all(done);
      }
      return this.#working().answer();
    } finally {
      this.#work.leave();
    }
  }

  async #runAfter(group: PlannedGroup, done: readonly Promise<void>[]): Promise<void> {
    for (const each of group.after) await done[each];
    if (!this.#isOver) await this.#run(group);
  }

  async #run(group: PlannedGroup): Promise<void> {
    try {
      const { told, request } = this.#working().request(group);
      if (!request) return;
      const answer = this.#parts.fetchFrom(group.subgraph).unread!(request, this.#parts.context);
      this.sent.push({ group, told, body: request.body, answer });
      const came = await answer;
      if (this.#isOver) return;
      if (came.kind !== 'unread') bad();
      this.#take(group, came.bytes);
      came.taken();
    } catch (error) {
      if (error instanceof Surprise) this.#isOver = true;
      throw error;
    }
  }

  /** @throws Surprise */
  #take(group: PlannedGroup, bytes: Buffer): void {
    if (this.#came.length === 0) this.#work = this.#work.orThatOf(bytes);
    this.#came[group.index] = bytes;
    if (!this.#working().take(group, bytes)) this.#part().take(group, bytes);
  }

  /** What a surprise of another run has left half done is not gone on with. */
  #working = (): PlanWork => (this.#work.isSpoiled ? this.#part() : this.#work);

  /** Goes on alone, from what came to this run. @throws Surprise */
  #part(): PlanWork {
    const { plan, variables } = this.#parts;
    this.#work.leave();
    this.#work = new PlanWork(plan, variables);
    for (const group of plan.groups) {
      const sent = this.sent.find((each) => each.group === group);
      if (!sent) continue;
      if (!this.#work.request(group).request?.body.equals(sent.body)) bad();
      const bytes = this.#came[group.index];
      if (bytes) this.#work.take(group, bytes);
    }
    return this.#work;
  }
}
