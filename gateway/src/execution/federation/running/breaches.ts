import type { ExpectedField, ExpectedObject } from '../planning/expectedAnswer.ts';
import { leafValue } from './leaf.ts';
import { isMap, own, type JsonObject } from './ownValue.ts';
import type { TypeTest } from './typeTest.ts';

/** A place where an answer of a subgraph is not as its schema says. */
export interface Breach {
  /** By the names that the subgraph was asked with. */
  readonly path: readonly (string | number)[];
  /** Left out; else of another type. */
  readonly isMissing: boolean;
}

/**
 * Finds what an answer lacks, and takes out of it what is of another type, so that nothing is made of it. What is null
 * is there: whether it may be is a question of the whole answer.
 */
export class Breaches {
  readonly found: Breach[] = [];
  readonly #types: TypeTest;
  readonly #path: (string | number)[];

  /** @param at where in the answer it begins to look */
  constructor(types: TypeTest, at: readonly (string | number)[] = []) {
    this.#types = types;
    this.#path = [...at];
  }

  /** @param type of the object, if it is known otherwise than by its `__typename` */
  look(value: JsonObject, expected: ExpectedObject, type?: string): void {
    for (const field of expected.fields) {
      const inner = own(value, field.key);
      if (inner === null) continue;
      this.#path.push(field.key);
      if (inner === undefined) this.#note(true);
      else if (!this.#isRight(inner, field, field.lists)) {
        this.#note(false);
        delete value[field.key];
      }
      this.#path.pop();
    }
    if (expected.conditions.length === 0) return;
    const name = own(value, '__typename') ?? type;
    if (typeof name !== 'string') return;
    for (const { type: condition, then } of expected.conditions)
      if (this.#types.isOfType(name, condition)) this.look(value, then, name);
  }

  /** False for what is of another type as a whole. */
  #isRight(value: unknown, field: ExpectedField, lists: number): boolean {
    if (lists > 0) {
      if (!Array.isArray(value)) return false;
      for (let index = 0; index < value.length; index += 1) {
        if (value[index] === null) continue;
        this.#path.push(index);
        if (!this.#isRight(value[index], field, lists - 1)) {
          this.#note(false);
          value[index] = undefined;
        }
        this.#path.pop();
      }
      return true;
    }
    if (field.below) {
      if (!isMap(value)) return false;
      this.look(value, field.below);
      return true;
    }
    return field.leaf === undefined || leafValue(field.leaf, value) !== undefined;
  }

  #note(isMissing: boolean): void {
    this.found.push({ path: [...this.#path], isMissing });
  }
}
