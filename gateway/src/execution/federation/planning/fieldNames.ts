import {
  TypeInfo,
  print,
  visit,
  visitWithTypeInfo,
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
} from 'graphql';

/**
 * What each field of a document is called within the engine: by its own name, or, where the document calls it with
 * different arguments, by a name for each call. The client's aliases play no part in it, so they can meet nothing.
 */
export class FieldNames {
  readonly #names = new Map<FieldNode, string>();
  readonly #arguments = new Map<string, readonly ArgumentNode[]>();

  /** @param reserved names that the graph needs for fields without arguments */
  constructor(document: DocumentNode, schema: GraphQLSchema, prefix: string, reserved: ReadonlySet<string>) {
    const calls = callsOf(document, schema);
    let count = 0;
    for (const [name, byCall] of calls) {
      for (const { nodes, arguments: given } of byCall.values()) {
        const keepsName = byCall.size === 1 && (given.length === 0 || !reserved.has(name));
        // Without arguments, a field may be required by its own name, too: it is the same then.
        const internal = keepsName || (given.length === 0 && byCall.has('')) ? name : `${prefix}a${count++}_${name}`;
        if (given.length > 0) this.#arguments.set(internal, given);
        for (const node of nodes) this.#names.set(node, internal);
      }
    }
  }

  of = (node: FieldNode): string => this.#names.get(node) ?? node.name.value;

  /** The arguments of the call that has an internal name. */
  argumentsOf = (internal: string): readonly ArgumentNode[] | undefined => this.#arguments.get(internal);
}

interface Call {
  readonly nodes: FieldNode[];
  readonly arguments: readonly ArgumentNode[];
}

const textOf = (given: readonly ArgumentNode[]): string =>
  [...given]
    .sort((a, b) => (a.name.value < b.name.value ? -1 : 1))
    .map((each) => print(each))
    .join(',');

/** Name of each field → its calls. At the root of a mutation each response key is a call: it is carried out. */
function callsOf(document: DocumentNode, schema: GraphQLSchema): Map<string, Map<string, Call>> {
  const calls = new Map<string, Map<string, Call>>();
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field(node) {
        const name = node.name.value;
        if (name.startsWith('__')) return;
        const given = node.arguments ?? [];
        const mutation = schema.getMutationType();
        const once = mutation && typeInfo.getParentType() === mutation ? `${(node.alias ?? node.name).value}:` : '';
        const key = `${once}${textOf(given)}`;
        if (!calls.has(name)) calls.set(name, new Map());
        const byCall = calls.get(name)!;
        if (!byCall.has(key)) byCall.set(key, { nodes: [], arguments: given });
        byCall.get(key)!.nodes.push(node);
      },
    }),
  );
  return calls;
}
