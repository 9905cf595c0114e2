import {
  Kind,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded } from './conditions.ts';
import type { FieldNames } from './fieldNames.ts';

const nameNode = (value: string) => ({ kind: Kind.NAME, value }) as const;

/** A document's selections, under values of its conditions. */
export interface Selections {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly names: FieldNames;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Interfaces that some subgraph knows as an object. */
  readonly interfaceObjects: ReadonlySet<string>;
  /** Fields of interface objects that require something, by `Type.field`. */
  readonly requiring: ReadonlySet<string>;
  /** Interfaces of which each type is asked by itself. */
  readonly askedByType: ReadonlySet<string>;
}

export const possibleTypes = (schema: GraphQLSchema, type: GraphQLCompositeType): readonly GraphQLObjectType[] =>
  isObjectType(type) ? [type] : schema.getPossibleTypes(type);

/** Whether all objects of one type are declared to be of the other, too. */
export const isDeclaredSubtype = (
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  of: GraphQLCompositeType,
): boolean => type === of || (isAbstractType(of) && !isUnionSubject(type) && schema.isSubType(of, type));

const isUnionSubject = (type: GraphQLCompositeType): type is Extract<GraphQLCompositeType, { getTypes(): unknown }> =>
  'getTypes' in type;

/** A field, and what is asked below it. */
interface Asked {
  readonly node: FieldNode;
  readonly sets: SelectionSetNode[];
}

interface Gathered {
  readonly fields: Map<string, Asked>;
  readonly conditions: Map<string, SelectionSetNode[]>;
  readonly spread: Set<string>;
}

function gather(
  selections: Selections,
  sets: readonly SelectionSetNode[],
  type: GraphQLCompositeType,
  out: Gathered = { fields: new Map(), conditions: new Map(), spread: new Set() },
): Gathered {
  const { schema, names, variables } = selections;
  for (const set of sets)
    for (const node of set.selections) {
      if (!isIncluded(node, variables)) continue;
      if (node.kind === Kind.FIELD) {
        if (node.name.value === '__schema' || node.name.value === '__type') continue;
        const key = names.of(node);
        if (!out.fields.has(key)) out.fields.set(key, { node, sets: [] });
        if (node.selectionSet) out.fields.get(key)!.sets.push(node.selectionSet);
        continue;
      }
      const fragment = fragmentOf(selections, node, out.spread);
      if (!fragment) continue;
      const on = conditionType(schema, fragment, type);
      if (isDeclaredSubtype(schema, type, on)) gather(selections, [fragment.selectionSet], type, out);
      else
        for (const each of conditionTypes(selections, type, on)) {
          if (!out.conditions.has(each.name)) out.conditions.set(each.name, []);
          out.conditions.get(each.name)!.push(fragment.selectionSet);
        }
    }
  return out;
}

/** The fragment that a selection is; undefined if it was spread at this place before. */
export function fragmentOf(
  { fragments }: Pick<Selections, 'fragments'>,
  node: Exclude<SelectionNode, FieldNode>,
  spread: Set<string>,
): InlineFragmentNode | FragmentDefinitionNode | undefined {
  if (node.kind === Kind.INLINE_FRAGMENT) return node;
  if (spread.has(node.name.value)) return undefined;
  spread.add(node.name.value);
  return fragments.get(node.name.value);
}

export const conditionType = (
  schema: GraphQLSchema,
  { typeCondition }: InlineFragmentNode | FragmentDefinitionNode,
  type: GraphQLCompositeType,
): GraphQLCompositeType => (typeCondition ? (schema.getType(typeCondition.name.value) as GraphQLCompositeType) : type);

/**
 * The types under whose condition a fragment is asked for; none if nothing can be of both. Of an interface object the
 * planner finds no object that is of another interface as well: it is asked for each type that is of both.
 */
function conditionTypes(
  { schema, interfaceObjects }: Selections,
  type: GraphQLCompositeType,
  on: GraphQLCompositeType,
): readonly GraphQLCompositeType[] {
  const theirs = new Set(possibleTypes(schema, on));
  const both = possibleTypes(schema, type).filter((each) => theirs.has(each));
  return both.length === 0 || interfaceObjects.has(type.name) ? both : [on];
}

/** The selections of each type that an object of the interface may be of. */
const byType = (
  { schema }: Selections,
  sets: readonly SelectionSetNode[],
  type: GraphQLCompositeType,
): Map<string, readonly SelectionSetNode[]> =>
  new Map(possibleTypes(schema, type).map((each) => [each.name, sets] as const));

const nothing: ReadonlySet<string> = new Set();

/**
 * What an interface object requires something for is asked of the interface, where the client asks it of some types:
 * of a type that is only known by another fetch, the planner makes a circle of fetches, and never ends.
 * @returns the names of what need not be asked of the types any more
 */
function raise(
  selections: Selections,
  type: GraphQLCompositeType,
  fields: Map<string, Asked>,
  conditions: ReadonlyMap<string, readonly SelectionSetNode[]>,
): ReadonlySet<string> {
  if (!selections.interfaceObjects.has(type.name)) return nothing;
  const raised = new Set<string>();
  for (const [on, sets] of conditions)
    for (const [key, asked] of gather(selections, sets, selections.schema.getType(on) as GraphQLCompositeType).fields) {
      if (!selections.requiring.has(`${type.name}.${asked.node.name.value}`)) continue;
      raised.add(key);
      if (fields.has(key)) fields.get(key)!.sets.push(...asked.sets);
      else fields.set(key, asked);
    }
  return raised;
}

/**
 * What the planner is asked: each field under its internal name, once at its place, without arguments, aliases,
 * directives and fragments that say nothing.
 * @param position `root` of the operation; an `object`, whose type is asked for where conditions depend on it; within a
 * `condition` on a type, where it is not: the subgraph of an interface object would answer with the interface
 */
export function normalise(
  selections: Selections,
  sets: readonly SelectionSetNode[],
  type: GraphQLCompositeType,
  position: 'root' | 'object' | 'condition',
  without: ReadonlySet<string> = nothing,
): SelectionSetNode {
  const { fields, conditions } = selections.askedByType.has(type.name)
    ? { fields: new Map<string, Asked>(), conditions: byType(selections, sets, type) }
    : gather(selections, sets, type);
  const raised = raise(selections, type, fields, conditions);
  const asksType =
    position === 'object' && (fields.has('__typename') || conditions.size > 0 || fields.size + conditions.size === 0);
  const out: SelectionNode[] = asksType ? [{ kind: Kind.FIELD, name: nameNode('__typename') }] : [];
  for (const [key, { node, sets: inner }] of fields) {
    const name = node.name.value;
    if (name === '__typename' || without.has(key)) continue;
    const below = 'getFields' in type ? getNamedType(type.getFields()[name]!.type) : undefined;
    out.push({
      kind: Kind.FIELD,
      name: nameNode(name),
      ...(key === name ? {} : { alias: nameNode(key) }),
      ...(isCompositeType(below) ? { selectionSet: normalise(selections, inner, below, 'object') } : {}),
    });
  }
  for (const [on, inner] of conditions) {
    const selectionSet = normalise(
      selections,
      inner,
      selections.schema.getType(on) as GraphQLCompositeType,
      'condition',
      raised,
    );
    if (selectionSet.selections.length > 0)
      out.push({
        kind: Kind.INLINE_FRAGMENT,
        typeCondition: { kind: Kind.NAMED_TYPE, name: nameNode(on) },
        selectionSet,
      });
  }
  return { kind: Kind.SELECTION_SET, selections: out };
}
