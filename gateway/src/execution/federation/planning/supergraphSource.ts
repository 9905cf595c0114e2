import {
  Kind,
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeNode,
} from 'graphql';

export type FieldsTypeNode = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

export const hasFields = (node: { readonly kind: Kind }): node is FieldsTypeNode =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;

export const namedType = (type: TypeNode): string => {
  let named = type;
  while (named.kind !== Kind.NAMED_TYPE) named = named.type;
  return named.name.value;
};

/** The value of an argument of a directive that is a string, an enum value or a boolean. */
export function directiveArgument(directive: ConstDirectiveNode, name: string): string | boolean | undefined {
  const value = (directive.arguments as readonly ArgumentNode[] | undefined)?.find(
    (each) => each.name.value === name,
  )?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM || value?.kind === Kind.BOOLEAN
    ? value.value
    : undefined;
}

/** The types of a supergraph that have fields, by name, as its SDL has them. */
export class SupergraphTypes {
  readonly #types = new Map<string, FieldsTypeNode>();
  readonly #implementers = new Map<string, string[]>();

  constructor(document: DocumentNode) {
    for (const definition of document.definitions) {
      if (!hasFields(definition)) continue;
      this.#types.set(definition.name.value, definition);
      for (const { name } of definition.interfaces ?? []) {
        const known = this.#implementers.get(name.value) ?? [];
        this.#implementers.set(name.value, [...known, definition.name.value]);
      }
    }
  }

  all = (): Iterable<FieldsTypeNode> => this.#types.values();

  field = (type: string, name: string): FieldDefinitionNode | undefined =>
    this.#types.get(type)?.fields?.find((each) => each.name.value === name);

  /** Of an interface, the types that declare it; of any other type, none. */
  implementers = (type: string): readonly string[] => this.#implementers.get(type) ?? [];
}
