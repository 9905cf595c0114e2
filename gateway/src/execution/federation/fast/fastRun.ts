import { isUtf8 } from 'node:buffer';
import type { FetchedAnswer, SubgraphFetch, SubgraphFetchContext } from '../../dataSources/subgraphFetch.ts';
import type { FastPlan, PlannedGroup } from './fastPlan.ts';
import type { AnswerSource, Kept } from './generateCode.ts';
import { variableText } from './groupRequest.ts';
import { Surprise, bad, rest } from './jsonBytes.ts';

/** What a subgraph was told of the entities of a unit, and for which objects. */
interface Told {
  readonly representations: string[];
  readonly targets: Map<number, Kept[]>[];
}

/** A request that was sent. */
export interface SentGroup {
  readonly group: PlannedGroup;
  /** Of each unit, the representations that were sent. */
  readonly told: readonly Told[];
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
  readonly #answers: AnswerSource[] = [];
  #isOver = false;

  constructor(parts: FastRunParts) {
    this.#parts = parts;
    this.#root = parts.plan.code.root();
  }

  /** The bytes of the answer. @throws Surprise */
  async answer(): Promise<Buffer> {
    const { groups, code } = this.#parts.plan;
    if (groups.length === 1) await this.#run(groups[0]!);
    else {
      const done: Promise<void>[] = [];
      for (const group of groups) done.push(this.#runAfter(group, done));
      await Promise.all(done);
    }
    code.use(this.#answers);
    return code.write(this.#root);
  }

  async #runAfter(group: PlannedGroup, done: readonly Promise<void>[]): Promise<void> {
    for (const each of group.after) await done[each];
    if (!this.#isOver) await this.#run(group);
  }

  async #run(group: PlannedGroup): Promise<void> {
    try {
      const told = this.#tell(group);
      const { request } = group;
      const variables = this.#variables(request.variables);
      if (request.units) {
        const asked = told.some(({ representations }) => representations.length > 0);
        if (!asked) return;
        request.units.forEach(({ variable }, unit) =>
          variables.push(`"${variable}":[${told[unit]!.representations.join(',')}]`),
        );
      }
      const answer = this.#parts.fetchFrom(group.subgraph).unread!(
        { query: request.query, isQuery: request.isQuery, body: request.body(variables) },
        this.#parts.context,
      );
      this.sent.push({ group, told, answer });
      const came = await answer;
      if (this.#isOver) return;
      if (came.kind !== 'unread') bad();
      this.#take(group, told, came);
      came.taken();
    } catch (error) {
      if (error instanceof Surprise) this.#isOver = true;
      throw error;
    }
  }

  #variables(names: readonly string[]): string[] {
    const out: string[] = [];
    for (const name of names) {
      const text = variableText(name, this.#parts.variables);
      if (text !== undefined) out.push(text);
    }
    return out;
  }

  /** Each representation once, with the objects that it stands for. */
  #tell({ request, steps }: PlannedGroup): Told[] {
    const { code } = this.#parts.plan;
    code.use(this.#answers);
    return (request.units ?? []).map((unit) => {
      const told: Told = { representations: [], targets: [] };
      const places = new Map<string, number>();
      for (const { index } of steps) {
        if (!unit.steps.includes(index)) continue;
        const objects: Kept[] = [];
        code.collect[index]!(this.#root, objects);
        const represent = code.represent[index]!;
        for (const object of objects) {
          const text = represent(object);
          if (text === undefined) continue;
          let place = places.get(text);
          if (place === undefined) {
            place = told.representations.push(text) - 1;
            told.targets.push(new Map());
            places.set(text, place);
          }
          const of = told.targets[place]!.get(index);
          if (of) of.push(object);
          else told.targets[place]!.set(index, [object]);
        }
      }
      return told;
    });
  }

  /** @throws Surprise */
  #take({ request, steps }: PlannedGroup, told: readonly Told[], answer: AnswerSource): void {
    const { bytes } = answer;
    if (!isUtf8(bytes)) bad();
    const { code } = this.#parts.plan;
    for (const { index } of steps) this.#answers[index] = answer;
    code.use(this.#answers);
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

  #takeEntities({ targets }: Told, bytes: Buffer, start: number): number {
    const { take } = this.#parts.plan.code;
    let at = start;
    for (let place = 0; place < targets.length; place += 1) {
      if (place > 0) at = expect(bytes, at, ',');
      let end = 0;
      for (const [step, objects] of targets[place]!) {
        // Objects of several places and types may be told in the same words.
        for (let index = 0; index < objects.length; index += 1) {
          const kind = objects[index]!.t;
          if (index > 0 && objects.findIndex(({ t }) => t === kind) < index) continue;
          end = take[step]!(at, objects, kind);
        }
      }
      at = end;
    }
    return expect(bytes, at, ']');
  }
}

function expect(bytes: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index += 1) if (bytes[at + index] !== text.charCodeAt(index)) bad();
  return at + text.length;
}
