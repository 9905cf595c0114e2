import { isUtf8 } from 'node:buffer';
import type { FetchedAnswer, SubgraphFetch, SubgraphFetchContext } from '../../dataSources/subgraphFetch.ts';
import type { FastPlan, PlannedGroup } from './fastPlan.ts';
import type { Kept } from './generateCode.ts';
import { variableText } from './groupRequest.ts';
import { Surprise, bad, rest } from './jsonBytes.ts';
import { copy, taken } from './output.ts';
import { Told } from './told.ts';

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
 */
export class FastRun {
  readonly sent: SentGroup[] = [];
  readonly #parts: FastRunParts;
  readonly #root: Kept;
  /** By fetch. */
  readonly #answers: Buffer[] = [];
  #isOver = false;

  constructor(parts: FastRunParts) {
    this.#parts = parts;
    this.#root = parts.plan.code.root();
  }

  /** The bytes of the answer. @throws Surprise */
  async answer(): Promise<Buffer> {
    const { groups, code, words } = this.#parts.plan;
    if (groups.length === 1) await this.#run(groups[0]!);
    else {
      const done: Promise<void>[] = [];
      for (const group of groups) done.push(this.#runAfter(group, done));
      await Promise.all(done);
    }
    code.use(this.#answers, words);
    return code.write(this.#root);
  }

  async #runAfter(group: PlannedGroup, done: readonly Promise<void>[]): Promise<void> {
    for (const each of group.after) await done[each];
    if (!this.#isOver) await this.#run(group);
  }

  async #run(group: PlannedGroup): Promise<void> {
    try {
      const told = (group.request.units ?? []).map(() => new Told());
      const body = this.#write(group, told);
      if (group.request.units && told.every(({ size }) => size === 0)) return;
      const { query, isQuery } = group.request;
      const answer = this.#parts.fetchFrom(group.subgraph).unread!({ query, isQuery, body }, this.#parts.context);
      this.sent.push({ group, told, body, answer });
      const came = await answer;
      if (this.#isOver) return;
      if (came.kind !== 'unread') bad();
      this.#take(group, told, came.bytes);
      came.taken();
    } catch (error) {
      if (error instanceof Surprise) this.#isOver = true;
      throw error;
    }
  }

  /** The body of a request. @throws Surprise */
  #write({ request }: PlannedGroup, told: readonly Told[]): Buffer {
    const { plan, variables } = this.#parts;
    plan.code.use(this.#answers, plan.words);
    let at = whole(0, request.start);
    let isFirst = true;
    const next = (bytes: Buffer): void => {
      at = whole(isFirst ? at : whole(at, comma), bytes);
      isFirst = false;
    };
    for (const name of request.variables) {
      const bytes = variableText(name, variables);
      if (bytes) next(bytes);
    }
    request.units?.forEach(({ start, steps }, unit) => {
      next(start);
      at = whole(told[unit]!.write(plan.code, steps, this.#root, at), endOfList);
    });
    return taken(whole(at, request.end));
  }

  /** @throws Surprise */
  #take({ request, steps }: PlannedGroup, told: readonly Told[], bytes: Buffer): void {
    if (!isUtf8(bytes)) bad();
    const { code, words } = this.#parts.plan;
    for (const { index } of steps) this.#answers[index] = bytes;
    code.use(this.#answers, words);
    let at = expect(bytes, 0, '{"data":');
    if (!request.units) {
      at = code.take[steps[0]!.index]!(at, [this.#root], this.#root.t);
    } else {
      at = expect(bytes, at, '{');
      request.units.forEach(({ alias }, unit) => {
        at = expect(bytes, at, `${unit === 0 ? '' : ','}"${alias}":[`);
        at = this.#takeEntities(told[unit]!, bytes, at);
      });
      at = expect(bytes, at, '}');
    }
    rest(bytes, at);
  }

  #takeEntities(told: Told, bytes: Buffer, start: number): number {
    const { take } = this.#parts.plan.code;
    let at = start;
    for (let place = 0; place < told.size; place += 1)
      at = told.take(place, take, place === 0 ? at : expect(bytes, at, ','));
    return expect(bytes, at, ']');
  }
}

const comma = Buffer.from(',');
const endOfList = Buffer.from(']');

const whole = (at: number, bytes: Buffer): number => copy(at, bytes, 0, bytes.length);

function expect(bytes: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index += 1) if (bytes[at + index] !== text.charCodeAt(index)) bad();
  return at + text.length;
}
