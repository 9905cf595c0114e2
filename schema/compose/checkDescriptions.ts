import type { StringValueNode } from 'graphql';
import { at, placeOf, type CompositionProblem } from './compositionProblem.ts';
import type { IndexedType, TypeNodeOf } from './typeIndex.ts';

interface Described {
  readonly name: { readonly value: string };
  readonly description?: StringValueNode;
}

/**
 * Several subgraphs may declare one type, such as `Store`, but clients see a single description of it, and composition
 * does not say which one it takes. All that are written must therefore be the same; a subgraph may also write none.
 */
export function checkDescriptions(types: Map<string, IndexedType>): CompositionProblem[] {
  const problems: CompositionProblem[] = [];
  const check = (what: string, nodes: readonly Described[]) => {
    const described = nodes.flatMap(({ description }) => description ?? []);
    const [first] = described;
    const other = described.find(({ value }) => value !== first?.value);
    if (!first || !other) return;
    problems.push({
      ...at(other, what),
      subject: `other-description:${what}`,
      message: `${what} is described differently in ${placeOf(first, what)}. Write the same text in both: clients see only one.`,
    });
  };
  for (const type of types.values()) {
    check(type.name, type.nodes);
    const members = type.nodes.flatMap(membersOf);
    for (const name of new Set(members.map((member) => member.name.value)))
      check(
        `${type.name}.${name}`,
        members.filter((member) => member.name.value === name),
      );
  }
  return problems;
}

/** The fields of an object, interface or input type; the values of an enum. */
function membersOf(node: TypeNodeOf): readonly Described[] {
  if ('fields' in node) return node.fields ?? [];
  return 'values' in node ? (node.values ?? []) : [];
}
