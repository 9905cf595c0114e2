import {
  Kind,
  type ConstDirectiveNode,
  type EnumTypeDefinitionNode,
  type EnumTypeExtensionNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  type InputObjectTypeExtensionNode,
  type InterfaceTypeDefinitionNode,
  type InterfaceTypeExtensionNode,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  type ScalarTypeDefinitionNode,
  type ScalarTypeExtensionNode,
  type TypeNode,
  type UnionTypeDefinitionNode,
  type UnionTypeExtensionNode,
} from 'graphql';
import type { GraphSource } from './graphSource.ts';

export type TypeNodeOf =
  | ObjectTypeDefinitionNode
  | ObjectTypeExtensionNode
  | InterfaceTypeDefinitionNode
  | InterfaceTypeExtensionNode
  | UnionTypeDefinitionNode
  | UnionTypeExtensionNode
  | EnumTypeDefinitionNode
  | EnumTypeExtensionNode
  | InputObjectTypeDefinitionNode
  | InputObjectTypeExtensionNode
  | ScalarTypeDefinitionNode
  | ScalarTypeExtensionNode;

export interface IndexedField {
  readonly name: string;
  /** The declarations of the field, one for each subgraph that has it. */
  readonly nodes: FieldDefinitionNode[];
  readonly tags: Set<string>;
}

/** A type as all subgraphs together declare it. */
export interface IndexedType {
  readonly name: string;
  readonly kind: 'composite' | 'union' | 'leaf' | 'input';
  readonly nodes: TypeNodeOf[];
  readonly tags: Set<string>;
  /** The fields that are visible to everybody for whom the type is tagged. */
  readonly shown: Set<string>;
  readonly fields: Map<string, IndexedField>;
  readonly interfaces: Set<string>;
  readonly members: Set<string>;
}

export const rootTypes: readonly string[] = ['Query', 'Mutation', 'Subscription'];

const kinds: Partial<Record<Kind, IndexedType['kind']>> = {
  [Kind.OBJECT_TYPE_DEFINITION]: 'composite',
  [Kind.OBJECT_TYPE_EXTENSION]: 'composite',
  [Kind.INTERFACE_TYPE_DEFINITION]: 'composite',
  [Kind.INTERFACE_TYPE_EXTENSION]: 'composite',
  [Kind.UNION_TYPE_DEFINITION]: 'union',
  [Kind.UNION_TYPE_EXTENSION]: 'union',
  [Kind.ENUM_TYPE_DEFINITION]: 'leaf',
  [Kind.ENUM_TYPE_EXTENSION]: 'leaf',
  [Kind.SCALAR_TYPE_DEFINITION]: 'leaf',
  [Kind.SCALAR_TYPE_EXTENSION]: 'leaf',
  [Kind.INPUT_OBJECT_TYPE_DEFINITION]: 'input',
  [Kind.INPUT_OBJECT_TYPE_EXTENSION]: 'input',
};

export const namedTypeOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type);

export const directivesOf = (
  node: { directives?: readonly ConstDirectiveNode[] },
  name: string,
): ConstDirectiveNode[] => (node.directives ?? []).filter((directive) => directive.name.value === name);

export const tagsOf = (node: { directives?: readonly ConstDirectiveNode[] }): string[] =>
  directivesOf(node, 'tag').flatMap(({ arguments: args }) =>
    args?.[0]?.value.kind === Kind.STRING ? [args[0].value.value] : [],
  );

/** The names in the `fields` argument of a directive, written as in `@key`; undefined without the argument. */
export function fieldsNamedBy(directive: ConstDirectiveNode): string[] | undefined {
  const value = directive.arguments?.find(({ name }) => name.value === 'fields')?.value;
  return value?.kind === Kind.STRING ? value.value.split(/[\s,]+/).filter((name) => name !== '') : undefined;
}

function addTo(type: IndexedType, node: TypeNodeOf): void {
  type.nodes.push(node);
  for (const tag of tagsOf(node)) type.tags.add(tag);
  for (const directive of directivesOf(node, 'show'))
    for (const name of fieldsNamedBy(directive) ?? []) type.shown.add(name);
  if ('interfaces' in node) for (const each of node.interfaces ?? []) type.interfaces.add(each.name.value);
  if ('types' in node) for (const each of node.types ?? []) type.members.add(each.name.value);
  if (type.kind !== 'composite' || !('fields' in node)) return;
  for (const field of (node.fields ?? []) as readonly FieldDefinitionNode[]) {
    const known = type.fields.get(field.name.value) ?? { name: field.name.value, nodes: [], tags: new Set<string>() };
    known.nodes.push(field);
    for (const tag of tagsOf(field)) known.tags.add(tag);
    type.fields.set(known.name, known);
  }
}

/** All types of these subgraphs by name, each merged over all of them: fields, tags, interfaces, members. */
export function indexTypes(sources: readonly GraphSource[]): Map<string, IndexedType> {
  const types = new Map<string, IndexedType>();
  for (const { document } of sources) {
    for (const definition of document.definitions) {
      const kind = kinds[definition.kind];
      if (!kind) continue;
      const node = definition as TypeNodeOf;
      const name = node.name.value;
      const type = types.get(name) ?? {
        name,
        kind,
        nodes: [],
        tags: new Set(),
        shown: new Set(),
        fields: new Map(),
        interfaces: new Set(),
        members: new Set(),
      };
      addTo(type, node);
      types.set(name, type);
    }
  }
  return types;
}
