import { isObject, own } from './ownValue.ts';

/** One step of the way from an object to those that a fetch is for. */
export type PlaceStep =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'elements' }
  /** Only those of these types. */
  | { readonly kind: 'types'; readonly names: ReadonlySet<string> };

export type PlacePath = readonly PlaceStep[];

/** A path of the planner: `field`, `@` for the elements of a list, each perhaps with `|[Types]` after it. */
export function placePath(path: readonly (string | number)[]): PlacePath {
  return path.flatMap((part): PlaceStep[] => {
    const [, name = '', types] = /^([^|]*)(?:\|\[(.*)\])?$/.exec(String(part)) ?? [];
    return [
      ...(name === '' ? [] : [name === '@' ? ({ kind: 'elements' } as const) : ({ kind: 'field', name } as const)]),
      ...(types === undefined
        ? []
        : [{ kind: 'types', names: new Set(types.split(',').map((each) => each.trim())) } as const]),
    ];
  });
}

/** Which object each object was reached from, where a plan takes values from further up. */
export type Parents = WeakMap<object, object>;

/** The objects at the end of a path, from each of these. */
export function objectsAt(from: readonly unknown[], path: PlacePath, parents: Parents | undefined): object[] {
  const out: object[] = [];
  for (const each of from) collect(each, path, 0, parents, out);
  return out;
}

function collect(value: unknown, path: PlacePath, at: number, parents: Parents | undefined, out: object[]): void {
  if (!isObject(value)) return;
  const step = path[at];
  if (Array.isArray(value)) {
    // Lists of lists have one step for all their levels, or one for each.
    const next = step?.kind === 'elements' ? at + 1 : at;
    for (const each of value) collect(each, path, Array.isArray(each) ? at : next, parents, out);
    return;
  }
  if (!step) {
    out.push(value);
    return;
  }
  switch (step.kind) {
    case 'elements':
      return collect(value, path, at + 1, parents, out);
    case 'types': {
      const name = own(value, '__typename');
      if (name === undefined || step.names.has(name as string)) collect(value, path, at + 1, parents, out);
      return;
    }
    case 'field': {
      const inner = own(value, step.name);
      if (parents) noteParent(inner, value, parents);
      collect(inner, path, at + 1, parents, out);
    }
  }
}

function noteParent(value: unknown, parent: object, parents: Parents): void {
  if (Array.isArray(value)) value.forEach((each) => noteParent(each, parent, parents));
  else if (isObject(value)) parents.set(value, parent);
}
