import {
  Kind,
  type FieldNode,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { RequiredSelection } from './compiledPlan.ts';
import type { PlanningSupergraph } from './planningSupergraph.ts';

/** A fetch of entities, or a part of one. */
export interface FetchPart {
  readonly requires: readonly RequiredSelection[];
  readonly operation: OperationDefinitionNode;
}

/** Path of a field as subgraphs know it → internal names that stand for it. */
type NamesByPath = Map<string, Set<string>>;

function requiredPaths(
  graph: PlanningSupergraph,
  selections: readonly RequiredSelection[],
  prefix = '',
  out: NamesByPath = new Map(),
): NamesByPath {
  for (const each of selections) {
    if (each.kind === 'InlineFragment') {
      requiredPaths(graph, each.selections, prefix, out);
      continue;
    }
    const path = `${prefix}/${graph.calls.originalName(each.name)}`;
    note(out, path, each.name);
    if (each.selections) requiredPaths(graph, each.selections, path, out);
  }
  return out;
}

function selectedPaths(
  graph: PlanningSupergraph,
  set: SelectionSetNode,
  prefix = '',
  out: NamesByPath = new Map(),
): NamesByPath {
  for (const each of set.selections) {
    if (each.kind === Kind.INLINE_FRAGMENT) selectedPaths(graph, each.selectionSet, prefix, out);
    if (each.kind !== Kind.FIELD) continue;
    const path = `${prefix}/${graph.calls.originalName(each.name.value)}`;
    note(out, path, each.name.value);
    if (each.selectionSet) selectedPaths(graph, each.selectionSet, path, out);
  }
  return out;
}

function note(out: NamesByPath, path: string, name: string): void {
  if (!out.has(path)) out.set(path, new Set());
  out.get(path)!.add(name);
}

/**
 * Two calls of one field cannot stand in one representation: a fetch whose fields require both becomes as many fetches
 * as it takes, each with the fields that get on with one another.
 */
export function splitFetch(graph: PlanningSupergraph, subgraph: string, whole: FetchPart): FetchPart[] {
  const conflicts = new Set(
    [...requiredPaths(graph, whole.requires)].flatMap(([path, { size }]) => (size > 1 ? [path] : [])),
  );
  const entities = whole.operation.selectionSet.selections[0] as FieldNode;
  const partial = partiallyRequired(graph, subgraph, entities.selectionSet!);
  if (conflicts.size === 0 && partial.size === 0) return [whole];
  const groups = new Groups(graph, subgraph, conflicts, partial);
  groups.placeAll(entities.selectionSet!, undefined);
  for (const path of partial) conflicts.add(path);
  return groups.all().map((calls, group) => ({
    requires: requiredBy(graph, whole.requires, calls, conflicts),
    operation: {
      ...whole.operation,
      selectionSet: {
        ...whole.operation.selectionSet,
        selections: [{ ...entities, selectionSet: groups.keep(entities.selectionSet!, group) }],
      },
    },
  }));
}

/**
 * Of an interface object, the paths that some fields of a fetch require, and others do not. The planner makes one fetch
 * of what is asked of several types: for an object of which only the others are asked, these paths are not known.
 */
function partiallyRequired(graph: PlanningSupergraph, subgraph: string, set: SelectionSetNode): Set<string> {
  const value = graph.graphValues.get(subgraph) ?? subgraph;
  const found = new Set<string>();
  for (const { kind, ...each } of set.selections as readonly InlineFragmentNode[]) {
    const type = each.typeCondition?.name.value;
    if (kind !== Kind.INLINE_FRAGMENT || type === undefined || !graph.interfaceObjects.has(type)) continue;
    const keys = graph.keys.get(`${value}.${type}`);
    const required = each.selectionSet.selections.map((field) => {
      const name = field.kind === Kind.FIELD ? field.name.value : '';
      const selection = graph.required.get(`${value}.${type}.${name}`);
      return selection ? selectedPaths(graph, selection) : new Map<string, unknown>();
    });
    for (const path of new Set(required.flatMap((paths) => [...paths.keys()])))
      if (!keys?.has(path) && !required.every((paths) => paths.has(path))) found.add(path);
  }
  return found;
}

/** Which fields of a fetch go together: those that require no two calls of one field. */
class Groups {
  readonly #graph: PlanningSupergraph;
  readonly #subgraph: string;
  readonly #conflicts: ReadonlySet<string>;
  readonly #partial: ReadonlySet<string>;
  /**
   * Of each group: path → the names that stand for it, one for each type at most, or nothing if none of its fields
   * requires the path.
   */
  readonly #groups: Map<string, string>[] = [];
  readonly #groupOf = new Map<FieldNode, number>();

  constructor(
    graph: PlanningSupergraph,
    subgraph: string,
    conflicts: ReadonlySet<string>,
    partial: ReadonlySet<string>,
  ) {
    this.#graph = graph;
    this.#subgraph = graph.graphValues.get(subgraph) ?? subgraph;
    this.#conflicts = new Set(conflicts);
    this.#partial = partial;
  }

  all = (): readonly ReadonlyMap<string, string>[] => this.#groups;

  placeAll(set: SelectionSetNode, on: string | undefined): void {
    for (const each of set.selections) {
      if (each.kind === Kind.FIELD) this.#groupOf.set(each, this.#place(each, on));
      else if (each.kind === Kind.INLINE_FRAGMENT)
        this.placeAll(each.selectionSet, each.typeCondition?.name.value ?? on);
    }
  }

  #place(field: FieldNode, on: string | undefined): number {
    const required = this.#graph.required.get(`${this.#subgraph}.${on}.${field.name.value}`);
    const selected = required ? selectedPaths(this.#graph, required) : new Map<string, Set<string>>();
    const calls = new Map<string, string>();
    for (const path of this.#partial) calls.set(path, '');
    for (const [path, names] of selected)
      if (this.#conflicts.has(path) || this.#partial.has(path)) calls.set(path, [...names].sort().join(' '));
    let at = this.#groups.findIndex((group) =>
      [...calls].every(([path, name]) => group.get(path) === undefined || group.get(path) === name),
    );
    if (at < 0) at = this.#groups.push(new Map()) - 1;
    for (const [path, name] of calls) this.#groups[at]!.set(path, name);
    return at;
  }

  /** Of a selection, the fields of one group. */
  keep(set: SelectionSetNode, group: number): SelectionSetNode {
    return {
      ...set,
      selections: set.selections.flatMap((each): (SelectionNode | InlineFragmentNode)[] => {
        if (each.kind === Kind.FIELD) return this.#groupOf.get(each) === group ? [each] : [];
        if (each.kind !== Kind.INLINE_FRAGMENT) return [each];
        const selectionSet = this.keep(each.selectionSet, group);
        return selectionSet.selections.length > 0 ? [{ ...each, selectionSet }] : [];
      }),
    };
  }
}

function requiredBy(
  graph: PlanningSupergraph,
  selections: readonly RequiredSelection[],
  calls: ReadonlyMap<string, string>,
  conflicts: ReadonlySet<string>,
  prefix = '',
): RequiredSelection[] {
  return selections.flatMap((each): RequiredSelection[] => {
    if (each.kind === 'InlineFragment')
      return [{ ...each, selections: requiredBy(graph, each.selections, calls, conflicts, prefix) }];
    const path = `${prefix}/${graph.calls.originalName(each.name)}`;
    if (conflicts.has(path) && !calls.get(path)?.split(' ').includes(each.name)) return [];
    return [
      each.selections ? { ...each, selections: requiredBy(graph, each.selections, calls, conflicts, path) } : each,
    ];
  });
}
