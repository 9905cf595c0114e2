import {
  Kind,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { described, leafSchema, nullable, requiredOf, type JsonSchema } from '../graph/jsonSchema.ts';

/** The words of OpenAPI 3.1 are those of JSON Schema. */
const version = '3.1.0';

/** The JSON Schema of the answer to a document: `data` by its selections, and `errors`. */
export function outputSchema(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
): JsonSchema {
  const root = schema.getRootType(operation.operation)!;
  const data = new Outputs(document, schema).object(root, [operation.selectionSet]);
  const error = {
    type: 'object',
    properties: { message: { type: 'string' }, path: { type: 'array' }, extensions: { type: 'object' } },
    required: ['message'],
  };
  return {
    type: 'object',
    properties: {
      data: nullable(data, version),
      errors: { type: 'array', items: error, description: 'What failed; it is null in `data`.' },
    },
    required: ['data'],
  };
}

interface Selected {
  readonly nodes: FieldNode[];
  /** Whether it is always there: not under `@skip` or `@include`. */
  always: boolean;
}

class Outputs {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(document: DocumentNode, schema: GraphQLSchema) {
    this.#schema = schema;
    this.#fragments = new Map(
      document.definitions.flatMap((each) =>
        each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
      ),
    );
  }

  object(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): JsonSchema {
    const selected = new Map<string, Selected>();
    for (const { selections } of sets) this.#collect(type, selections, true, selected);
    const properties = [...selected].map(([key, { nodes }]) => [key, this.#field(type, nodes)] as const);
    return {
      type: 'object',
      properties: Object.fromEntries(properties),
      ...requiredOf([...selected].filter(([, { always }]) => always).map(([key]) => key)),
    };
  }

  #field(type: GraphQLObjectType, nodes: readonly FieldNode[]): JsonSchema {
    const name = nodes[0]!.name.value;
    if (name === '__typename') return { type: 'string', const: type.name };
    const field = type.getFields()[name];
    if (!field) return {};
    const sets = nodes.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));
    return described(this.#of(field.type, sets), { description: field.description ?? null });
  }

  #of(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): JsonSchema {
    return isNonNullType(type) ? this.#present(type, sets) : nullable(this.#present(type, sets), version);
  }

  #present(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): JsonSchema {
    const present = getNullableType(type);
    if (isListType(present)) return { type: 'array', items: this.#of(present.ofType as GraphQLOutputType, sets) };
    if (!isCompositeType(present)) return leafSchema(getNamedType(present) as GraphQLOutputType);
    return this.#composite(present, sets);
  }

  #composite(type: GraphQLCompositeType, sets: readonly SelectionSetNode[]): JsonSchema {
    if (!isAbstractType(type)) return this.object(type, sets);
    const each = this.#schema.getPossibleTypes(type).map((possible) => JSON.stringify(this.object(possible, sets)));
    return { anyOf: [...new Set(each)].map((text) => JSON.parse(text) as JsonSchema) };
  }

  #collect(
    type: GraphQLObjectType,
    selections: readonly SelectionNode[],
    always: boolean,
    into: Map<string, Selected>,
  ): void {
    for (const node of selections) {
      const surely = always && !node.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include');
      if (node.kind === Kind.FIELD) {
        const key = node.alias?.value ?? node.name.value;
        const known = into.get(key);
        if (!known) into.set(key, { nodes: [node], always: surely });
        else {
          known.nodes.push(node);
          known.always ||= surely;
        }
        continue;
      }
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : this.#fragments.get(node.name.value);
      if (fragment && this.#applies(fragment.typeCondition?.name.value, type))
        this.#collect(type, fragment.selectionSet.selections, surely, into);
    }
  }

  #applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const on = this.#schema.getType(condition);
    return isAbstractType(on) && this.#schema.isSubType(on, type);
  }
}
