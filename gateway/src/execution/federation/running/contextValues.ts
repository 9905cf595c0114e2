import type { FetchDataKeyRenamer } from '@apollo/query-planner';
import { isObject, own, type JsonObject } from './ownValue.ts';
import type { Parents } from './places.ts';
import { typeConditionOf } from './rewrite.ts';
import type { TypeTest } from './typeTest.ts';

/** Entities that are asked for with the same values of their context: a request has each variable once. */
export interface ContextGroup {
  readonly values: JsonObject;
  readonly entities: object[];
}

/** An entity whose context is not known: it cannot be asked for. */
export interface Uncertain {
  readonly entity: object;
  /** What the context was to be found in. */
  readonly holders: ReadonlySet<object>;
}

/** Takes the variables of a fetch, for each entity, from what stands above it (`@fromContext`). */
export class ContextReader {
  readonly #rewrites: readonly FetchDataKeyRenamer[];
  readonly #parents: Parents;
  readonly #types: TypeTest;

  constructor(rewrites: readonly FetchDataKeyRenamer[], parents: Parents, types: TypeTest) {
    this.#rewrites = rewrites;
    this.#parents = parents;
    this.#types = types;
  }

  group(entities: readonly object[]): { readonly groups: ContextGroup[]; readonly uncertain: Uncertain[] } {
    const groups = new Map<string, ContextGroup>();
    const uncertain: Uncertain[] = [];
    for (const entity of entities) {
      const holders = new Set<object>();
      const values = this.#valuesFor(entity, holders);
      if (!values) {
        uncertain.push({ entity, holders });
        continue;
      }
      const key = JSON.stringify(values);
      if (!groups.has(key)) groups.set(key, { values, entities: [] });
      groups.get(key)!.entities.push(entity);
    }
    return { groups: [...groups.values()], uncertain };
  }

  /**
   * Undefined if a value is not known. One that is known to be null is told.
   * @param lacking takes the objects that should have it
   */
  #valuesFor(entity: object, lacking: Set<object>): JsonObject | undefined {
    const out: JsonObject = {};
    // There is one way for each type that may stand above.
    for (const { path, renameKeyTo } of this.#rewrites) {
      const value = this.#follow(entity, path, 0, lacking);
      if (value !== undefined) out[renameKeyTo] = value;
    }
    return this.#rewrites.every(({ renameKeyTo }) => Object.hasOwn(out, renameKeyTo)) ? out : undefined;
  }

  #follow(value: unknown, path: readonly string[], at: number, lacking: Set<object>): unknown {
    const step = path[at];
    if (step === undefined || value === null || value === undefined) return value;
    if (Array.isArray(value)) return value.map((each) => this.#follow(each, path, at, lacking));
    if (step === '..')
      return isObject(value) ? this.#follow(this.#parents.get(value), path, at + 1, lacking) : undefined;
    const condition = typeConditionOf(step);
    if (condition !== undefined)
      return this.#types.isOf(value, condition) === false ? undefined : this.#follow(value, path, at + 1, lacking);
    const inner = own(value, step);
    if (inner === undefined && isObject(value)) lacking.add(value);
    return this.#follow(inner, path, at + 1, lacking);
  }
}
