import { Kind, print, type ArgumentNode, type FieldNode, type SelectionNode, type SelectionSetNode } from 'graphql';
import { namedType, type SupergraphTypes } from './supergraphSource.ts';

/** A field with arguments that some `@requires` asks for, such as `photo(small: true)`. */
export interface RequiredCall {
  readonly field: string;
  readonly arguments: readonly ArgumentNode[];
}

/**
 * The calls of a supergraph's `@requires`. A representation has a field once, so each call gets a field of its own in
 * the graph that is planned with, and no call can be taken for another one, or for what the client asks. So do the
 * objects that a `@context` selects: of two contexts that select different fields of one object, the planner would ask
 * for those of one only.
 */
export class RequiredCalls {
  readonly #types: SupergraphTypes;
  readonly #prefix: string;
  readonly #byText = new Map<string, string>();
  readonly #calls = new Map<string, RequiredCall>();
  /** Of each type, the fields that are to be added: name → the field that is called. */
  readonly #added = new Map<string, Map<string, string>>();
  /** Names that something requires without arguments: a client's call cannot have them. */
  readonly #plain = new Set<string>();

  constructor(types: SupergraphTypes, prefix: string) {
    this.#types = types;
    this.#prefix = prefix;
  }

  get plainNames(): ReadonlySet<string> {
    return this.#plain;
  }

  reserve(name: string): void {
    this.#plain.add(name);
  }

  addedTo = (type: string): ReadonlyMap<string, string> => this.#added.get(type) ?? new Map<string, string>();

  /** The call that a field of the planned graph stands for. */
  call = (name: string): RequiredCall | undefined => this.#calls.get(name);

  /** What a field is called in the subgraphs. */
  originalName = (name: string): string => this.#calls.get(name)?.field ?? name;

  /** The selection of a `@requires` of the type, its calls under names of their own. */
  rewrite(set: SelectionSetNode, type: string): SelectionSetNode {
    return { ...set, selections: set.selections.map((each) => this.#rewriteOne(each, type)) };
  }

  /** What a context selects of the types that it stands for, its objects under names of their own. */
  rewriteContext(set: SelectionSetNode, types: readonly string[]): SelectionSetNode {
    return {
      ...set,
      selections: set.selections.map((each) => {
        if (each.kind === Kind.INLINE_FRAGMENT)
          return {
            ...each,
            selectionSet: this.rewriteContext(
              each.selectionSet,
              each.typeCondition ? [each.typeCondition.name.value] : types,
            ),
          };
        if (each.kind !== Kind.FIELD || !each.selectionSet) return each;
        const name = this.#nameFor(`context ${print(each)}`, { field: each.name.value, arguments: [] });
        this.#add(name, each.name.value, types);
        return { ...each, name: { kind: Kind.NAME, value: name } as const };
      }),
    };
  }

  #add(name: string, field: string, types: readonly string[]): void {
    for (const each of types.flatMap((type) => [type, ...this.#types.implementers(type)])) {
      if (!this.#added.has(each)) this.#added.set(each, new Map());
      this.#added.get(each)!.set(name, field);
    }
  }

  #rewriteOne(node: SelectionNode, type: string): SelectionNode {
    if (node.kind === Kind.FRAGMENT_SPREAD) return node;
    if (node.kind === Kind.INLINE_FRAGMENT)
      return { ...node, selectionSet: this.rewrite(node.selectionSet, node.typeCondition?.name.value ?? type) };
    const field = this.#types.field(type, node.name.value);
    const selectionSet =
      node.selectionSet && field ? this.rewrite(node.selectionSet, namedType(field.type)) : node.selectionSet;
    if (!node.arguments?.length) {
      this.#plain.add(node.name.value);
      return { ...node, selectionSet };
    }
    const call: FieldNode = { ...node, alias: undefined, directives: [], selectionSet: undefined };
    const name = this.#nameFor(print(call), { field: node.name.value, arguments: node.arguments });
    this.#add(name, node.name.value, [type]);
    return { ...node, name: { kind: Kind.NAME, value: name }, arguments: [], selectionSet };
  }

  #nameFor(text: string, call: RequiredCall): string {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const name = `${this.#prefix}r${this.#byText.size}_${call.field}`;
    this.#byText.set(text, name);
    this.#calls.set(name, call);
    return name;
  }
}
