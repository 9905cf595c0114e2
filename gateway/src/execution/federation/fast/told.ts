import type { Code, Kept } from './generateCode.ts';
import { output, room } from './output.ts';

/** A place of the table is looked for this often: whoever chooses keys that meet there has them sent twice, no more. */
const looksAtMost = 32;
const seed = Math.floor(Math.random() * 2 ** 31);
const comma = ','.charCodeAt(0);

/** Representations by their bytes, of the unit that is being written. */
let table = new Int32Array(1_024);

/** What a subgraph is told of the entities of a unit, each once, and for which objects. */
export class Told {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #hashes: number[] = [];
  /** Of each representation the last of its targets, and of each target the one before it. */
  readonly #last: number[] = [];
  readonly #before: number[] = [];
  readonly #steps: number[] = [];
  readonly #objects: Kept[] = [];

  /** How many representations there are. */
  get size(): number {
    return this.#starts.length;
  }

  /** The representations, which stand in the body of the request. */
  in(body: Buffer): string[] {
    return this.#starts.map((start, place) => body.toString('utf8', start, this.#ends[place]));
  }

  /** Writes what is told of the objects that these fetches are for; returns where it ends. */
  write(code: Code, steps: readonly number[], root: Kept, start: number): number {
    const objects = steps.map((step) => {
      const found: Kept[] = [];
      code.collect[step]!(root, found);
      return found;
    });
    clearFor(objects.reduce((sum, { length }) => sum + length, 0));
    let at = start;
    steps.forEach((step, index) => {
      const represent = code.represent[step]!;
      for (const object of objects[index]!) at = this.#write(represent, step, object, at);
    });
    return at;
  }

  #write(represent: Code['represent'][number], step: number, object: Kept, at: number): number {
    let start = at;
    room(at, 1);
    if (this.size > 0) output.bytes[start++] = comma;
    const end = represent(object, start);
    if (end < 0) return at;
    const hash = hashOf(output, start, end);
    const known = this.#place(hash, start, end);
    const place = known < 0 ? this.size : known;
    if (known < 0) {
      this.#starts.push(start);
      this.#ends.push(end);
      this.#hashes.push(hash);
      this.#last.push(-1);
    }
    this.#before.push(this.#last[place]!);
    this.#steps.push(step);
    this.#last[place] = this.#objects.push(object) - 1;
    return known < 0 ? end : at;
  }

  /** Where the same stands already; -1 if it does not. */
  #place(hash: number, start: number, end: number): number {
    const mask = table.length - 1;
    for (let look = 0; look < looksAtMost; look += 1) {
      const entry = (hash + look) & mask;
      const place = table[entry]! - 1;
      if (place < 0) {
        table[entry] = this.size + 1;
        return -1;
      }
      if (this.#hashes[place] === hash && this.#isSame(place, start, end)) return place;
    }
    return -1;
  }

  #isSame(place: number, start: number, end: number): boolean {
    const other = this.#starts[place]!;
    if (this.#ends[place]! - other !== end - start) return false;
    const { bytes, view } = output;
    const length = end - start;
    let index = 0;
    for (; index + 4 <= length; index += 4)
      if (view.getInt32(other + index, true) !== view.getInt32(start + index, true)) return false;
    for (; index < length; index += 1) if (bytes[other + index] !== bytes[start + index]) return false;
    return true;
  }

  /** Gives what is answered at `at` to all for whom this was asked; returns where it ends. */
  take(place: number, take: Code['take'], at: number): number {
    const first = this.#last[place]!;
    let end = at;
    for (let target = first; target >= 0; target = this.#before[target]!) {
      const step = this.#steps[target]!;
      const kind = this.#objects[target]!.t;
      if (target !== this.#first(first, step, kind)) continue;
      const targets: Kept[] = [];
      for (let each = target; each >= 0; each = this.#before[each]!)
        if (this.#steps[each] === step && this.#objects[each]!.t === kind) targets.push(this.#objects[each]!);
      end = take[step]!(at, targets, kind);
    }
    return end;
  }

  /** Objects of several fetches and types may be told of in the same words. */
  #first(from: number, step: number, kind: number): number {
    let target = from;
    while (this.#steps[target] !== step || this.#objects[target]!.t !== kind) target = this.#before[target]!;
    return target;
  }
}

function clearFor(count: number): void {
  const size = 2 ** Math.ceil(Math.log2(Math.max(512, count * 2)));
  if (table.length < size || table.length > 8 * size) table = new Int32Array(size);
  else table.fill(0);
}

function hashOf({ bytes, view }: typeof output, start: number, end: number): number {
  let hash = seed;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e37_79b1);
    // Multiplying carries nothing down, where the place in the table is taken from.
    hash ^= hash >>> 15;
  }
  for (; at < end; at += 1) hash = Math.imul(hash ^ bytes[at]!, 16_777_619);
  return (hash ^ (hash >>> 15)) >>> 1;
}
