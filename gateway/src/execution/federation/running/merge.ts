import { put } from '../../../documents/put.ts';
import { isObject, own, type JsonObject } from './ownValue.ts';
import type { TypeTest } from './typeTest.ts';

/** Adds to a part of the tree what a subgraph said of the same part. */
export function merge(target: JsonObject | unknown[], source: JsonObject | unknown[], types: TypeTest): void {
  const into = target as JsonObject;
  for (const key of Object.keys(source)) {
    const theirs = (source as JsonObject)[key];
    const mine = own(target, key);
    if (isObject(mine)) {
      // Another subgraph knows more than one that has nothing.
      if (isObject(theirs) && Array.isArray(mine) === Array.isArray(theirs)) merge(mine, theirs, types);
      else if (theirs !== null) put(into, key, theirs);
    } else if (key === '__typename' && mine !== undefined && types.isInterface(theirs)) {
      // The subgraph of an interface object knows no better than the interface.
    } else put(into, key, theirs);
  }
}

/** Objects and lists of their own, with the same values. */
export function copyOf<T extends JsonObject | unknown[]>(value: T): T {
  const copy = (each: unknown): unknown => (isObject(each) ? copyOf(each) : each);
  return (
    Array.isArray(value)
      ? value.map(copy)
      : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copy(each)]))
  ) as T;
}
