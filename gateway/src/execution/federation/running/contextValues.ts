import type { FetchDataKeyRenamer } from '@apollo/query-planner';
import { isObject, own, type JsonObject } from './ownValue.ts';
import type { Parents } from './places.ts';
import { typeConditionOf } from './rewrite.ts';
import type { TypeTest } from './typeTest.ts';

/** The variables that a fetch takes, for one entity, from what stands above it (`@fromContext`). */
export function contextValues(
  rewrites: readonly FetchDataKeyRenamer[],
  entity: object,
  parents: Parents,
  types: TypeTest,
): JsonObject {
  const out: JsonObject = {};
  for (const { path, renameKeyTo } of rewrites) {
    const value = follow(entity, path, 0, parents, types);
    if (value !== undefined) out[renameKeyTo] = value;
  }
  return out;
}

function follow(value: unknown, path: readonly string[], at: number, parents: Parents, types: TypeTest): unknown {
  const step = path[at];
  if (step === undefined || value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map((each) => follow(each, path, at, parents, types));
  if (step === '..') return isObject(value) ? follow(parents.get(value), path, at + 1, parents, types) : undefined;
  const condition = typeConditionOf(step);
  if (condition !== undefined)
    return types.isOf(value, condition) === false ? undefined : follow(value, path, at + 1, parents, types);
  return follow(own(value, step), path, at + 1, parents, types);
}

/** Entities by the values of the context: a request has each variable once. */
export function groupByContext(
  rewrites: readonly FetchDataKeyRenamer[],
  entities: readonly object[],
  parents: Parents,
  types: TypeTest,
): { readonly values: JsonObject; readonly entities: object[] }[] {
  const groups = new Map<string, { readonly values: JsonObject; readonly entities: object[] }>();
  for (const entity of entities) {
    const values = contextValues(rewrites, entity, parents, types);
    const key = JSON.stringify(values);
    if (!groups.has(key)) groups.set(key, { values, entities: [] });
    groups.get(key)!.entities.push(entity);
  }
  return [...groups.values()];
}
