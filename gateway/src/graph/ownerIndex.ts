import { Kind, type ConstArgumentNode, type ConstDirectiveNode, type DocumentNode } from 'graphql';

/** By which subgraphs a field is answered, and whether it depends on what other subgraphs are asked for it. */
export interface FieldOwners {
  readonly subgraphs: readonly string[];
  /** It is computed from fields of other subgraphs (`@requires`, `@fromContext`). */
  readonly takesOthers: boolean;
}

const valueOf = (args: readonly ConstArgumentNode[] | undefined, name: string): string | boolean | undefined => {
  const value = args?.find((each) => each.name.value === name)?.value;
  if (value?.kind === Kind.STRING || value?.kind === Kind.ENUM || value?.kind === Kind.BOOLEAN) return value.value;
  return value?.kind === Kind.LIST && value.values.length > 0 ? true : undefined;
};

/** What a supergraph says of its fields: who answers them, and which of them identify the object that they are on. */
export class OwnerIndex {
  readonly #owners = new Map<string, FieldOwners>();
  readonly #keys = new Map<string, ReadonlySet<string>>();

  constructor(supergraph: DocumentNode) {
    const names = subgraphNames(supergraph);
    for (const definition of supergraph.definitions) {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
        continue;
      const type = definition.name.value;
      const joined = (definition.directives ?? []).filter(({ name }) => name.value === 'join__type');
      const ofType = joined.map((each) => nameIn(each, names));
      const keys = joined.flatMap(({ arguments: args }) => String(valueOf(args, 'key') ?? '').match(/\w+/g) ?? []);
      this.#keys.set(type, new Set(keys));
      for (const field of definition.fields ?? []) {
        const own = (field.directives ?? []).filter(({ name }) => name.value === 'join__field');
        const answered = own.filter(({ arguments: args }) => valueOf(args, 'external') !== true);
        const subgraphs = own.length === 0 ? ofType : answered.map((each) => nameIn(each, names));
        this.#owners.set(`${type}.${field.name.value}`, {
          subgraphs: subgraphs.flatMap((name) => name ?? []),
          // Without a subgraph, an interface object has it: any may answer.
          takesOthers:
            subgraphs.includes(undefined) ||
            own.some(({ arguments: args }) => valueOf(args, 'requires') ?? valueOf(args, 'contextArguments')),
        });
      }
    }
  }

  /** Undefined for a field that the supergraph does not have. */
  of(type: string, field: string): FieldOwners | undefined {
    return this.#owners.get(`${type}.${field}`);
  }

  /** Whether the field is part of a key of its type: it says which object this is, and never changes. */
  identifies(type: string, field: string): boolean {
    return this.#keys.get(type)?.has(field) ?? false;
  }
}

const nameIn = ({ arguments: args }: ConstDirectiveNode, names: ReadonlyMap<string, string>): string | undefined =>
  names.get(String(valueOf(args, 'graph')));

/** The value of `join__Graph` by which a supergraph names each subgraph → the subgraph's name. */
function subgraphNames({ definitions }: DocumentNode): Map<string, string> {
  const found = new Map<string, string>();
  for (const definition of definitions)
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph')
      for (const { name, directives } of definition.values ?? [])
        found.set(name.value, String(valueOf(directives?.[0]?.arguments, 'name') ?? name.value));
  return found;
}
