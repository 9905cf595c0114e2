import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import type { WrittenRequest } from '../../dataSources/subgraphFetch.ts';
import type { FastPlan, PlannedGroup } from './fastPlan.ts';
import type { Kept } from './generateCode.ts';
import { variableText, type GroupRequest } from './groupRequest.ts';
import { bad, rest } from './jsonBytes.ts';
import { copy, taken } from './output.ts';
import { Told } from './told.ts';

/** A request of a group; undefined if there is nothing to ask. */
interface GroupsRequest {
  readonly told: readonly Told[];
  readonly request: WrittenRequest | undefined;
}

class RequestInBytes implements WrittenRequest {
  readonly body: Buffer;
  readonly #group: GroupRequest;
  #sameAs: string | undefined;

  constructor(group: GroupRequest, body: Buffer) {
    this.#group = group;
    this.body = body;
  }

  get query(): string {
    return this.#group.query;
  }

  get isQuery(): boolean {
    return this.#group.isQuery;
  }

  get sameAs(): string {
    const { sameAs, start, end } = this.#group;
    return (this.#sameAs ??= sameAs + this.body.toString('latin1', start.length, this.body.length - end.length));
  }
}

/** What is made of the answers to a plan, by one run or by several that got the same bytes. */
export class PlanWork {
  /** Whether an answer was a surprise. */
  isSpoiled = false;
  readonly #plan: FastPlan;
  readonly #variables: Readonly<Record<string, unknown>>;
  readonly #root: Kept;
  /** By fetch. */
  readonly #answers: Buffer[] = [];
  /** By group. */
  readonly #requests: GroupsRequest[] = [];
  readonly #taken: Buffer[] = [];
  #answer: Buffer | undefined;
  /** Under which it can be joined. */
  #first: Buffer | undefined;
  #runs = 1;

  constructor(plan: FastPlan, variables: Readonly<Record<string, unknown>>) {
    this.#plan = plan;
    this.#variables = variables;
    this.#root = plan.code.root();
  }

  /** The work of others whose first answer was the same bytes; if there is none, this one, which others may join. */
  orThatOf(first: Buffer): PlanWork {
    const { works } = this.#plan;
    const other = works.get(first);
    if (!other) {
      this.#first = first;
      works.set(first, this);
      return this;
    }
    if (!isDeepStrictEqual(other.#variables, this.#variables)) return this;
    other.#runs += 1;
    return other;
  }

  /** Called by each run at its end. */
  leave(): void {
    this.#runs -= 1;
    if (this.#runs === 0 && this.#first) this.#plan.works.delete(this.#first);
  }

  /** @throws Surprise */
  request(group: PlannedGroup): GroupsRequest {
    return (this.#requests[group.index] ??= this.#request(group));
  }

  #request(group: PlannedGroup): GroupsRequest {
    const { units } = group.request;
    const told = (units ?? []).map(() => new Told());
    const body = this.#write(group, told);
    const isEmpty = !!units && told.every(({ size }) => size === 0);
    return { told, request: isEmpty ? undefined : new RequestInBytes(group.request, body) };
  }

  /** The body of a request. @throws Surprise */
  #write({ request }: PlannedGroup, told: readonly Told[]): Buffer {
    const { code, words } = this.#plan;
    code.use(this.#answers, words);
    let at = whole(0, request.start);
    let isFirst = true;
    const next = (bytes: Buffer): void => {
      at = whole(isFirst ? at : whole(at, comma), bytes);
      isFirst = false;
    };
    for (const name of request.variables) {
      const bytes = variableText(name, this.#variables);
      if (bytes) next(bytes);
    }
    request.units?.forEach(({ start, steps }, unit) => {
      next(start);
      at = whole(told[unit]!.write(code, steps, this.#root, at), endOfList);
    });
    return taken(whole(at, request.end));
  }

  /** False if other bytes were taken for this group. @throws Surprise */
  take(group: PlannedGroup, bytes: Buffer): boolean {
    const known = this.#taken[group.index];
    if (known) return known === bytes;
    this.#taken[group.index] = bytes;
    this.isSpoiled = true;
    this.#take(group, bytes);
    this.isSpoiled = false;
    return true;
  }

  #take({ index, request, steps }: PlannedGroup, bytes: Buffer): void {
    if (!isUtf8(bytes)) bad();
    const { code, words } = this.#plan;
    for (const each of steps) this.#answers[each.index] = bytes;
    code.use(this.#answers, words);
    let at = expect(bytes, 0, '{"data":');
    if (!request.units) {
      at = code.take[steps[0]!.index]!(at, [this.#root], this.#root.t);
    } else {
      const { told } = this.#requests[index]!;
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
    const { take } = this.#plan.code;
    let at = start;
    for (let place = 0; place < told.size; place += 1)
      at = told.take(place, take, place === 0 ? at : expect(bytes, at, ','));
    return expect(bytes, at, ']');
  }

  /** The client's answer. @throws Surprise */
  answer(): Buffer {
    if (this.#answer) return this.#answer;
    const { code, words } = this.#plan;
    code.use(this.#answers, words);
    return (this.#answer = code.write(this.#root));
  }
}

const comma = Buffer.from(',');
const endOfList = Buffer.from(']');

const whole = (at: number, bytes: Buffer): number => copy(at, bytes, 0, bytes.length);

function expect(bytes: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index += 1) if (bytes[at + index] !== text.charCodeAt(index)) bad();
  return at + text.length;
}
