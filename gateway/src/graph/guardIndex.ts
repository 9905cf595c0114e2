import type { Supergraph } from '@apollo/federation-internals';
import { Kind, type ConstDirectiveNode, type DocumentNode } from 'graphql';

/** Any one of these scopes will do. */
export type ScopeSet = readonly string[];

const authScopes = (directives: readonly ConstDirectiveNode[] | undefined): ScopeSet[] =>
  (directives ?? []).flatMap((directive) => {
    const value =
      directive.name.value === 'auth'
        ? directive.arguments?.find((each) => each.name.value === 'scopes')?.value
        : undefined;
    return value?.kind === Kind.LIST
      ? [value.values.flatMap((each) => (each.kind === Kind.STRING ? [each.value] : []))]
      : [];
  });

const restrictions = ['authenticated', 'requiresScopes', 'policy'] as const;

/** Apollo's directives that restrict who may see something: nobody is known here as they have it. */
export const restrictionFeatures: readonly string[] = restrictions.map(
  (each) => `https://specs.apollo.dev/${each}/v0.1`,
);

/** What a supergraph calls them → the scope that stands for each, which nobody has. */
export function restrictionNames({ schema }: Supergraph): Map<string, string> {
  return new Map(
    restrictions.flatMap((each) => {
      const feature = schema.coreFeatures?.getByIdentity(`https://specs.apollo.dev/${each}`);
      return feature ? [[feature.directiveNameInSchema(each), `@${each}`]] : [];
    }),
  );
}

/** The directive that a scope stands for. */
export const restrictionIn = (scopes: ScopeSet): string | undefined => scopes.find((each) => each.startsWith('@'));

/** What `@auth` and Apollo's directives ask for, by type and field of a supergraph. */
export class GuardIndex {
  /** Those of Apollo's directives that restrict something. */
  readonly restrictions = new Set<string>();
  readonly #types = new Map<string, readonly ScopeSet[]>();
  readonly #fields = new Map<string, readonly ScopeSet[]>();
  readonly #fieldTypes = new Map<string, string>();

  /** @param restricting names of Apollo's directives → the scope that stands for each */
  constructor(supergraph: DocumentNode, restricting: ReadonlyMap<string, string> = new Map()) {
    const scopesOf = (directives: readonly ConstDirectiveNode[] | undefined): ScopeSet[] => [
      ...authScopes(directives),
      ...(directives ?? []).flatMap(({ name }) => {
        const scope = restricting.get(name.value);
        if (scope !== undefined) this.restrictions.add(scope);
        return scope === undefined ? [] : [[scope]];
      }),
    ];
    for (const definition of supergraph.definitions) {
      const isLeaf = definition.kind === Kind.SCALAR_TYPE_DEFINITION || definition.kind === Kind.ENUM_TYPE_DEFINITION;
      const hasFields =
        definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION;
      if (!isLeaf && !hasFields) continue;
      const typeScopes = scopesOf(definition.directives);
      if (typeScopes.length > 0) this.#types.set(definition.name.value, typeScopes);
      if (!hasFields) continue;
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
