import {
  Kind,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLLeafType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** What a subgraph has to answer for an object: all that it was asked. */
export interface ExpectedObject {
  readonly fields: readonly ExpectedField[];
  /** What it has to answer besides if the object is of the type. */
  readonly conditions: readonly { readonly type: string; readonly then: ExpectedObject }[];
}

export interface ExpectedField {
  readonly key: string;
  /** How many levels of lists there are around its value. */
  readonly lists: number;
  /** Undefined for an object, and for a field that the supergraph does not know. */
  readonly leaf: GraphQLLeafType | undefined;
  readonly below: ExpectedObject | undefined;
}

/** @param schema of the whole supergraph, with what clients do not see */
export function expectedAnswer(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  set: SelectionSetNode,
  isOfEntities: boolean,
): ExpectedObject {
  const root = isOfEntities ? undefined : (schema.getRootType(operation.operation) ?? undefined);
  return expectedObject(schema, set, root);
}

/** @param type undefined if it is not known: an entity is of the type that its representation says */
function expectedObject(
  schema: GraphQLSchema,
  set: SelectionSetNode,
  type: GraphQLCompositeType | undefined,
): ExpectedObject {
  const fields: ExpectedField[] = [];
  const conditions: { type: string; then: ExpectedObject }[] = [];
  for (const node of set.selections) {
    if (node.kind === Kind.FIELD) fields.push(expectedField(schema, node, type));
    if (node.kind !== Kind.INLINE_FRAGMENT) continue;
    const on = node.typeCondition ? schema.getType(node.typeCondition.name.value) : type;
    const then = expectedObject(schema, node.selectionSet, isCompositeType(on) ? on : undefined);
    if (!node.typeCondition || (type && isCompositeType(on) && isAlways(schema, type, on))) {
      fields.push(...then.fields);
      conditions.push(...then.conditions);
    } else conditions.push({ type: node.typeCondition.name.value, then });
  }
  return { fields, conditions };
}

/** Whether each object of one type is of the other one. */
const isAlways = (schema: GraphQLSchema, type: GraphQLCompositeType, of: GraphQLCompositeType): boolean =>
  type === of || (isAbstractType(of) && isObjectType(type) && schema.isSubType(of, type));

function expectedField(
  schema: GraphQLSchema,
  node: FieldNode,
  parent: GraphQLCompositeType | undefined,
): ExpectedField {
  const key = (node.alias ?? node.name).value;
  const type = parent && 'getFields' in parent ? parent.getFields()[node.name.value]?.type : undefined;
  const named = type && getNamedType(type);
  return {
    key,
    lists: type ? listsOf(type) : 0,
    leaf: isLeafType(named) ? named : undefined,
    below:
      node.selectionSet && type
        ? expectedObject(schema, node.selectionSet, isCompositeType(named) ? named : undefined)
        : undefined,
  };
}

/** How many levels of lists there are around a type. */
export function listsOf(type: GraphQLOutputType): number {
  let lists = 0;
  for (let inner = type; isListType(inner) || isNonNullType(inner); inner = inner.ofType as GraphQLOutputType)
    if (isListType(inner)) lists += 1;
  return lists;
}
