import type { Requirement } from '../planning/compiledPlan.ts';
import { merge } from './merge.ts';
import { isObject, own, type JsonObject } from './ownValue.ts';
import type { TypeTest } from './typeTest.ts';

/**
 * What a subgraph is told of an entity, so that it can answer for it; undefined if something that it requires is not
 * known. What is known to be null is told.
 */
export function represent(
  source: unknown,
  parts: readonly Requirement[],
  types: TypeTest,
): JsonObject | unknown[] | null | undefined {
  if (source === null) return null;
  if (Array.isArray(source)) {
    const all: unknown[] = [];
    for (const each of source) {
      const element = represent(each, parts, types);
      if (element === undefined) return undefined;
      all.push(element);
    }
    return all;
  }
  const out: JsonObject = {};
  return fill(out, source, parts, types) ? out : undefined;
}

function fill(out: JsonObject, source: unknown, parts: readonly Requirement[], types: TypeTest): boolean {
  for (const part of parts) {
    if (part.kind === 'on') {
      if (part.type !== undefined && !types.isOf(source, part.type)) continue;
      if (!fill(out, source, part.parts, types)) return false;
      continue;
    }
    const value = own(source, part.name);
    if (value === undefined) return false;
    const inner = part.parts && value !== null ? represent(value, part.parts, types) : value;
    if (inner === undefined) return false;
    // Several fragments may ask for parts of one object.
    const before = own(out, part.sentAs);
    if (isObject(before) && isObject(inner)) merge(before, inner, types);
    else out[part.sentAs] = inner;
  }
  return true;
}
