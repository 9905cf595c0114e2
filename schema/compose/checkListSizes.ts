import { Kind, type FieldDefinitionNode, type TypeNode } from 'graphql';
import { at, type CompositionProblem } from './compositionProblem.ts';
import { directivesOf, namedTypeOf, type IndexedField, type IndexedType } from './typeIndex.ts';

const isList = (type: TypeNode): boolean =>
  type.kind === Kind.LIST_TYPE || (type.kind === Kind.NON_NULL_TYPE && isList(type.type));

/** The lists of the returned object whose length the field tells; empty for a field that tells its own. */
function sizedFields(node: FieldDefinitionNode): string[] {
  const value = directivesOf(node, 'listSize')[0]?.arguments?.find(({ name }) => name.value === 'sizedFields')?.value;
  return value?.kind === Kind.LIST
    ? value.values.flatMap((each) => (each.kind === Kind.STRING ? [each.value] : []))
    : [];
}

const isOwn = (node: FieldDefinitionNode): boolean => directivesOf(node, 'external').length === 0;

/**
 * Checks that it is known of every list of objects how long it may be: by its own `@listSize`, or by that of every
 * field that returns the object which has the list. A list of which nothing is known would cost too little in requests
 * that ask for much of it. Lists of plain values cost nothing, so they need none. `others` are types by whose fields
 * objects are reached besides.
 */
export function checkListSizes(
  types: ReadonlyMap<string, IndexedType>,
  others: ReadonlyMap<string, IndexedType> = types,
): CompositionProblem[] {
  const isComposite = (name: string) =>
    ['composite', 'union'].includes((types.get(name) ?? others.get(name))?.kind ?? '');
  const returning = (name: string): IndexedField[] =>
    [...new Set([...types.values(), ...others.values()])].flatMap(({ kind, fields }) =>
      kind === 'composite'
        ? [...fields.values()].filter(({ nodes }) =>
            nodes.some((node) => isOwn(node) && namedTypeOf(node.type) === name),
          )
        : [],
    );
  const problems: CompositionProblem[] = [];
  for (const type of types.values()) {
    if (type.kind !== 'composite') continue;
    for (const field of type.fields.values()) {
      const node = field.nodes.find((each) => isOwn(each) && isList(each.type) && isComposite(namedTypeOf(each.type)));
      if (!node || field.nodes.some((each) => directivesOf(each, 'listSize').length > 0)) continue;
      const by = returning(type.name);
      const isSized =
        by.length > 0 && by.every(({ nodes }) => nodes.some((each) => sizedFields(each).includes(field.name)));
      if (isSized) continue;
      problems.push({
        ...at(node, type.name),
        subject: `no-list-size:${type.name}.${field.name}`,
        message: `${type.name}.${field.name} is a list, and nothing says how long it may be, so nobody can tell what it costs. Write @listSize(assumedSize: …) on it, or @listSize(slicingArguments: ["first"], sizedFields: ["${field.name}"]) on each field that returns ${type.name}.`,
      });
    }
  }
  return problems;
}
