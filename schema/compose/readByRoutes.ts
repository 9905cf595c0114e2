import { Kind, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import { directivesOf, namedTypeOf, type IndexedType } from './typeIndex.ts';

/** The fields that documents read, by type: what is left of a contract whose clients send no documents of their own. */
export type FieldsRead = ReadonlyMap<string, ReadonlySet<string>>;

/** Collects the fields that documents read of the types that all subgraphs together declare. */
export function fieldsRead(documents: readonly DocumentNode[], types: ReadonlyMap<string, IndexedType>): FieldsRead {
  const reading = new Reading(types);
  for (const document of documents)
    for (const definition of document.definitions)
      if (definition.kind === Kind.OPERATION_DEFINITION) {
        const { operation } = definition;
        const root = `${operation[0]!.toUpperCase()}${operation.slice(1)}`;
        reading.walk(root, definition.selectionSet, fragmentsOf(document));
      }
  return reading.read;
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

const fragmentsOf = ({ definitions }: DocumentNode): Fragments =>
  new Map(definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])));

class Reading {
  readonly #types: ReadonlyMap<string, IndexedType>;
  readonly read = new Map<string, Set<string>>();

  constructor(types: ReadonlyMap<string, IndexedType>) {
    this.#types = types;
  }

  walk(typeName: string, { selections }: SelectionSetNode, fragments: Fragments): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        this.#note(typeName, selection.name.value);
        const node = this.#types.get(typeName)?.fields.get(selection.name.value)?.nodes[0];
        if (!node || !selection.selectionSet) continue;
        this.walk(namedTypeOf(node.type), selection.selectionSet, fragments);
        // A stream is answered by a field of Query, which reads the same selection.
        const query = directivesOf(node, 'eventStream')[0]?.arguments?.find(({ name }) => name.value === 'query');
        if (query?.value.kind === Kind.STRING) this.#note('Query', query.value.value);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (fragment) this.walk(fragment.typeCondition?.name.value ?? typeName, fragment.selectionSet, fragments);
    }
  }

  /** A field of an interface is one of each type that has the interface. */
  #note(typeName: string, field: string): void {
    this.read.set(typeName, (this.read.get(typeName) ?? new Set()).add(field));
    for (const type of this.#types.values()) if (type.interfaces.has(typeName)) this.#note(type.name, field);
  }
}
