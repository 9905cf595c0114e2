import {
  Kind,
  TypeInfo,
  getNamedType,
  isAbstractType,
  isCompositeType,
  visit,
  visitWithTypeInfo,
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';

const callerOf = (directives: readonly ConstDirectiveNode[] | undefined): readonly string[] | undefined => {
  const value = directives
    ?.find((each) => each.name.value === 'variesBy')
    ?.arguments?.find((each) => each.name.value === 'caller')?.value;
  return value?.kind === Kind.LIST
    ? value.values.flatMap((each) => (each.kind === Kind.STRING ? [each.value] : []))
    : undefined;
};

/** What `@variesBy` says of a supergraph: on what of the caller, besides its scopes, an answer depends. */
export class VariesIndex {
  readonly #types = new Map<string, readonly string[]>();
  readonly #fields = new Map<string, readonly string[]>();

  constructor(supergraph: DocumentNode) {
    for (const definition of supergraph.definitions) {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
        continue;
      const ofType = callerOf(definition.directives);
      if (ofType) this.#types.set(definition.name.value, ofType);
      for (const field of definition.fields ?? []) {
        const ofField = callerOf(field.directives);
        if (ofField) this.#fields.set(`${definition.name.value}.${field.name.value}`, ofField);
      }
    }
  }

  /** Everything that the answer to a document depends on; undefined where something that it reaches does not say. */
  of(document: DocumentNode, schema: GraphQLSchema): readonly string[] | undefined {
    const found = new Set<string>();
    let isUndeclared = false;
    const typeInfo = new TypeInfo(schema);
    visit(
      document,
      visitWithTypeInfo(typeInfo, {
        Field: (node) => {
          const parent = typeInfo.getParentType();
          const type = getNamedType(typeInfo.getType());
          if (!parent || !type || node.name.value === '__typename') return;
          const parents = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [parent];
          const returned = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
          for (const { name } of parents) {
            const ofField = this.#fields.get(`${name}.${node.name.value}`);
            // A plain value depends on what the object does that it is of.
            const ofObject = parent === schema.getQueryType() ? undefined : [];
            const each = ofField
              ? [ofField]
              : isCompositeType(type)
                ? returned.map((one) => this.#types.get(one.name))
                : [ofObject];
            for (const dimensions of each) {
              if (dimensions) dimensions.forEach((one) => found.add(one));
              else isUndeclared = true;
            }
          }
        },
      }),
    );
    return isUndeclared ? undefined : [...found].sort();
  }
}
