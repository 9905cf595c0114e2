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
 * What each field of a document is called within the engine: by its own name, or, where the document calls it in
 * several ways, by a name for each of them. The client's aliases are no part of these names, so they can meet nothing.
 */
export class FieldNames {
  readonly #names = new Map<FieldNode, string>();
  readonly #arguments = new Map<string, readonly ArgumentNode[]>();

  /** @param reserved names that the graph needs for fields without arguments */
  constructor(document: DocumentNode, schema: GraphQLSchema, prefix: string, reserved: ReadonlySet<string>) {
    let count = 0;
    for (const [name, byKey] of callsOf(document, schema)) {
      for (const call of byKey.values()) {
        const internal = keepsName(call, byKey.size, reserved.has(name)) ? name : `${prefix}a${count++}_${name}`;
        if (call.arguments.length > 0) this.#arguments.set(internal, call.arguments);
        for (const node of call.nodes) this.#names.set(node, internal);
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
  /** It is carried out by itself: what fails below it takes nothing away from another one. */
  readonly isSeparate: boolean;
}

function keepsName(call: Call, calls: number, isReserved: boolean): boolean {
  const isPlain = call.arguments.length === 0 && !call.isSeparate;
  return isPlain || (calls === 1 && !isReserved);
}

const textOf = (given: readonly ArgumentNode[]): string =>
  [...given]
    .sort((a, b) => (a.name.value < b.name.value ? -1 : 1))
    .map((each) => print(each))
    .join(',');

/**
 * Name of each field → its calls. A field of a mutation is called as often as the client says, and an object is asked
 * for under each of its response keys: one may be null for what was asked of it, and the other one not.
 */
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
        const isSeparate = node.selectionSet !== undefined || (!!mutation && typeInfo.getParentType() === mutation);
        const key = `${isSeparate ? (node.alias ?? node.name).value : ''}:${textOf(given)}`;
        if (!calls.has(name)) calls.set(name, new Map());
        const byKey = calls.get(name)!;
        if (!byKey.has(key)) byKey.set(key, { nodes: [], arguments: given, isSeparate });
        byKey.get(key)!.nodes.push(node);
      },
    }),
  );
  return calls;
}
