import {
  Kind,
  OperationTypeNode,
  getArgumentValues,
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
  separateOperations,
  visit,
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { Graph } from '../graph/graph.ts';
import { Refusal } from '../errors/refusal.ts';
import { responseKeyOf as nameOf, subscriptionField } from '../documents/subscriptionField.ts';
import { documentId, normalise } from '../documents/trustedDocuments.ts';
import type { StreamDeclaration } from '../graph/streamDeclaration.ts';

/**
 * The alias under which a stream's query asks for the version that the answer reflects. Clients cannot use names that
 * begin with `__stream`; it is removed from every answer.
 */
export const versionKey = '__streamVersion';

/** The alias of the field whose value says whether the stream has ended; it is removed from every answer, too. */
export const endKey = '__streamEnd';

/** The variable of a stream's query for the version that the client has. */
export const sinceVariable = '__streamSince';

/**
 * A selected field whose value can be taken from the event: from a property of its data, from its version, or a
 * constant (`__typename`).
 */
export interface EventField {
  readonly key: string;
  readonly from:
    | { readonly kind: 'property'; readonly property: string; readonly nullable: boolean }
    | { readonly kind: 'constant'; readonly value: string }
    | { readonly kind: 'version' };
}

/**
 * How the runtime carries out a subscription: the query that reads its selection, and the fields that are taken from
 * events.
 */
export interface StreamDocument {
  readonly declaration: StreamDeclaration;
  /** The subscription field's key in the answer. */
  readonly responseKey: string;
  /** A query with the same selection on the Query field that the stream declares. */
  readonly query: DocumentNode;
  readonly operationName: string | undefined;
  /** The fields that events carry: key in the answer → property of the event's data. */
  readonly carries: readonly { readonly key: string; readonly property: string }[];
  /**
   * All selected fields with their source in the event. Undefined if some field is not in the event, or if each message
   * has to be read because the owner may change (`fixedOwner` is false).
   */
  readonly eventFields: readonly EventField[] | undefined;
  /** Whether the query asks for the version, under `versionKey`. */
  readonly asksVersion: boolean;
  /** Whether the query asks for the field that tells the end, under `endKey`. */
  readonly asksEnd: boolean;
  /** The keys under which the client itself asks for the version. */
  readonly versionKeys: readonly string[];
  /** The hash of the subscription's normalised text. It is the same on every replica, so cursors can be bound to it. */
  readonly hash: string;
  /** The arguments of the subscription field, from coerced variables. */
  argumentsOf(variables: Record<string, unknown>): Record<string, unknown>;
}

/** The fields of a selection set, through fragments. */
function fieldsOf(set: SelectionSetNode, document: DocumentNode): FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsOf(selection.selectionSet, document);
    const fragment = document.definitions.find(
      (each): each is FragmentDefinitionNode =>
        each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === selection.name.value,
    );
    return fragment ? fieldsOf(fragment.selectionSet, document) : [];
  });
}

const name = (value: string) => ({ kind: Kind.NAME, value }) as const;

const sinceDefinition: VariableDefinitionNode = {
  kind: Kind.VARIABLE_DEFINITION,
  variable: { kind: Kind.VARIABLE, name: name(sinceVariable) },
  type: { kind: Kind.NAMED_TYPE, name: name('Int') },
};

/** Whether the type that the stream's query returns has a field in this channel's contract. */
function answerHas(field: string | undefined, schema: GraphQLSchema, declaration: StreamDeclaration): boolean {
  const type = getNamedType(schema.getQueryType()?.getFields()[declaration.query]?.type);
  return field !== undefined && isObjectType(type) && field in type.getFields();
}

/** Removes the document's other operations. */
const subscriptionOnly = (document: DocumentNode, operation: OperationDefinitionNode): DocumentNode => ({
  ...document,
  definitions: document.definitions.filter((each) => each.kind !== Kind.OPERATION_DEFINITION || each === operation),
});

/** Removes fragments that the query does not spread, such as those on Subscription. */
const queryOnly = (document: DocumentNode, operation: OperationDefinitionNode): DocumentNode =>
  separateOperations(document)[operation.name?.value ?? '']!;

/** Derives how a subscription is carried out. @throws Refusal if its field declares no stream */
export function streamDocument(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  graph: Graph,
): StreamDocument {
  const only = subscriptionField(document, operation);
  const declaration = graph.streams.get(only.name.value);
  if (!declaration)
    throw Refusal.of('document', 'GRAPHQL_VALIDATION_FAILED', `Subscription.${only.name.value} is not a stream.`);
  const asksVersion = answerHas(declaration.version, graph.apiSchema, declaration);
  const asksEnd = answerHas(declaration.ends?.field, graph.apiSchema, declaration);
  const own = (key: string, asked: string): FieldNode => ({ kind: Kind.FIELD, alias: name(key), name: name(asked) });
  const asked = [
    ...(asksVersion ? [own(versionKey, declaration.version!)] : []),
    ...(asksEnd ? [own(endKey, declaration.ends!.field)] : []),
  ];
  if (operation.variableDefinitions?.some((each) => each.variable.name.value === sinceVariable))
    throw Refusal.of('document', 'GRAPHQL_VALIDATION_FAILED', `No variable may be called ${sinceVariable}.`);
  const since: ArgumentNode[] =
    declaration.since === undefined
      ? []
      : [
          {
            kind: Kind.ARGUMENT,
            name: name(declaration.since),
            value: { kind: Kind.VARIABLE, name: name(sinceVariable) },
          },
        ];
  const field: FieldNode = {
    ...only,
    alias: name(nameOf(only)),
    name: name(declaration.query),
    arguments: [...(only.arguments ?? []), ...since],
    ...(only.selectionSet
      ? { selectionSet: { ...only.selectionSet, selections: [...only.selectionSet.selections, ...asked] } }
      : {}),
  };
  const query = queryOnly(
    visit(document, {
      OperationDefinition: (node) =>
        node === operation
          ? {
              ...node,
              operation: OperationTypeNode.QUERY,
              selectionSet: { ...node.selectionSet, selections: [field] },
              variableDefinitions: [
                ...(node.variableDefinitions ?? []),
                ...(declaration.since === undefined ? [] : [sinceDefinition]),
              ],
            }
          : null,
    }),
    operation,
  );
  const definition = graph.apiSchema.getSubscriptionType()!.getFields()[declaration.field]!;
  const selected = only.selectionSet ? fieldsOf(only.selectionSet, document) : [];
  return {
    declaration,
    responseKey: nameOf(only),
    query,
    operationName: operation.name?.value,
    asksVersion,
    asksEnd,
    versionKeys: asksVersion ? selected.filter((each) => each.name.value === declaration.version).map(nameOf) : [],
    hash: documentId(normalise(subscriptionOnly(document, operation))),
    carries: declaration.carries.flatMap(({ field: carried, property }) =>
      selected.filter((each) => each.name.value === carried).map((each) => ({ key: nameOf(each), property })),
    ),
    eventFields:
      declaration.fixedOwner && !isConditional(document)
        ? eventFields(selected, declaration, definition.type)
        : undefined,
    argumentsOf: (variables) => getArgumentValues(definition, only, variables),
  };
}

/** Whether the document has any directive, so that variables may decide what is selected. */
function isConditional(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Directive: () => {
      found = true;
    },
  });
  return found;
}

/** Finds the source of every selected field in the events; undefined if one of them is not in the events. */
function eventFields(
  selected: readonly FieldNode[],
  declaration: StreamDeclaration,
  answer: GraphQLOutputType,
): EventField[] | undefined {
  const type = getNamedType(answer);
  if (!isObjectType(type)) return undefined;
  const fields = selected.map((field): EventField | undefined => {
    const key = nameOf(field);
    const name = field.name.value;
    if (name === '__typename') return { key, from: { kind: 'constant', value: type.name } };
    const declared = type.getFields()[name]?.type;
    const property = declaration.carries.find((each) => each.field === name)?.property;
    if (
      (field.directives?.length ?? 0) > 0 ||
      (field.arguments?.length ?? 0) > 0 ||
      !declared ||
      !isLeafType(getNamedType(declared))
    )
      return undefined;
    if (name === declaration.version) return { key, from: { kind: 'version' } };
    return property === undefined
      ? undefined
      : { key, from: { kind: 'property', property, nullable: !isNonNullType(declared) } };
  });
  return fields.every((each) => each !== undefined) ? fields : undefined;
}
