import { Kind, type ConstDirectiveNode, type DocumentNode } from 'graphql';

/** Any one of these scopes will do. */
export type ScopeSet = readonly string[];

const scopesOf = (directives: readonly ConstDirectiveNode[] | undefined): ScopeSet[] =>
  (directives ?? []).flatMap((directive) => {
    const value =
      directive.name.value === 'auth'
        ? directive.arguments?.find((each) => each.name.value === 'scopes')?.value
        : undefined;
    return value?.kind === Kind.LIST
      ? [value.values.flatMap((each) => (each.kind === Kind.STRING ? [each.value] : []))]
      : [];
  });

/** What `@auth` asks for, by type and field of a supergraph. */
export class GuardIndex {
  readonly #types = new Map<string, readonly ScopeSet[]>();
  readonly #fields = new Map<string, readonly ScopeSet[]>();
  readonly #fieldTypes = new Map<string, string>();

  constructor(supergraph: DocumentNode) {
    for (const definition of supergraph.definitions) {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
        continue;
      const typeScopes = scopesOf(definition.directives);
      if (typeScopes.length > 0) this.#types.set(definition.name.value, typeScopes);
      for (const field of definition.fields ?? []) {
        const key = `${definition.name.value}.${field.name.value}`;
        const own = scopesOf(field.directives);
        if (own.length > 0) this.#fields.set(key, own);
        let type = field.type;
        while (type.kind !== Kind.NAMED_TYPE) type = type.type;
        this.#fieldTypes.set(key, type.name.value);
      }
    }
  }

  /** Nothing is guarded: no request needs a look. */
  get isEmpty(): boolean {
    return this.#types.size === 0 && this.#fields.size === 0;
  }

  /**
   * What a field asks for: of its own, for the type it is on, and for the type it returns. All of these must be met.
   */
  of(typeName: string, fieldName: string): readonly ScopeSet[] {
    const key = `${typeName}.${fieldName}`;
    const [ofField, ofParent, ofReturned] = [
      this.#fields.get(key),
      this.#types.get(typeName),
      this.#types.get(this.#fieldTypes.get(key) ?? ''),
    ];
    if (!ofField && !ofParent && !ofReturned) return none;
    return [...(ofField ?? none), ...(ofParent ?? none), ...(ofReturned ?? none)];
  }
}

const none: readonly ScopeSet[] = [];
