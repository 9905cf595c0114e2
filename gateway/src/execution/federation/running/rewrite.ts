import type { FetchDataRewrite } from '@apollo/query-planner';
import { isObject, own, type JsonObject } from './ownValue.ts';
import type { TypeTest } from './typeTest.ts';

export const typeConditionOf = (step: string): string | undefined =>
  step.startsWith('... on ') ? step.slice('... on '.length) : undefined;

/** Changes data as the planner says: names that it made up for a fetch, types that a subgraph knows by another name. */
export function rewrite(rewrites: readonly FetchDataRewrite[], value: unknown, types: TypeTest): void {
  for (const each of rewrites) apply(each, value, 0, types);
}

function apply(each: FetchDataRewrite, value: unknown, at: number, types: TypeTest): void {
  if (Array.isArray(value)) {
    for (const element of value) apply(each, element, at, types);
    return;
  }
  if (!isObject(value)) return;
  const step = each.path[at]!;
  const condition = typeConditionOf(step);
  if (condition !== undefined) {
    if (types.isOf(value, condition) !== false) apply(each, value, at + 1, types);
  } else if (at < each.path.length - 1) apply(each, own(value, step), at + 1, types);
  else if (each.kind === 'ValueSetter') (value as JsonObject)[step] = each.setValueTo;
  else if (Object.hasOwn(value, step)) {
    (value as JsonObject)[each.renameKeyTo] = (value as JsonObject)[step];
    delete (value as JsonObject)[step];
  }
}
