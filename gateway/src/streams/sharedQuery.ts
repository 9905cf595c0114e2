import { createHash } from 'node:crypto';
import {
  GraphQLError,
  Kind,
  getNamedType,
  isObjectType,
  print,
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { StreamDocument } from './streamDocument.ts';

/** How one selected field is called: in the shared query, and by the client. */
interface Called {
  readonly shared: string;
  readonly own: string;
  /** What is selected below it, if any of that is called or ordered otherwise. */
  readonly below: readonly Called[] | undefined;
}

/**
 * The form of a query that documents which differ in aliases, in the order of fields, in fragments and in the name of
 * the operation have in common, so that an event is read once for all of them.
 */
export interface SharedQuery {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** The answer as the client's own document says it. The given one is left as it is. */
  ownAnswer(result: ExecutionResult): ExecutionResult;
}

class NotShared extends Error {}

/** The query that a stream is read with: its shared form, if it has one. */
export function queryToRead({ query, operationName }: StreamDocument, schema: GraphQLSchema): SharedQuery {
  const operation = query.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION)!;
  const shared = sharedQuery(query, operation, schema);
  return shared ?? { document: query, operationName, ownAnswer: (result) => result };
}

/**
 * The shared form of a query of one operation. Undefined for one with directives, with conditions on types, or that
 * asks for one field several times: its names depend on more than the place of a field, so it is read as it is.
 */
function sharedQuery(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
): SharedQuery | undefined {
  if ((operation.directives?.length ?? 0) > 0) return undefined;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  try {
    const { set, calls } = sharedSelection(operation.selectionSet, schema.getQueryType()!, fragments);
    const { name: _name, ...unnamed } = operation;
    return {
      operationName: undefined,
      document: { kind: Kind.DOCUMENT, definitions: [{ ...unnamed, selectionSet: set }] },
      ownAnswer: ({ data, errors }) => ({
        ...(errors ? { errors: errors.map((error) => withOwnPath(error, calls)) } : {}),
        data: data && (ownValue(data, calls) as Record<string, unknown>),
      }),
    };
  } catch (error) {
    if (error instanceof NotShared) return undefined;
    throw error;
  }
}

function sharedSelection(
  set: SelectionSetNode,
  parent: GraphQLNamedType | undefined,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): { readonly set: SelectionSetNode; readonly calls: readonly Called[] } {
  if (!isObjectType(parent)) throw new NotShared();
  const made = fieldsOf(set, parent.name, fragments).map((field) => {
    const type = getNamedType(parent.getFields()[field.name.value]?.type);
    const below = field.selectionSet && sharedSelection(field.selectionSet, type, fragments);
    const shared = sharedName(field);
    return {
      node: {
        ...field,
        alias: shared === field.name.value ? undefined : ({ kind: Kind.NAME, value: shared } as const),
        ...(below ? { selectionSet: below.set } : {}),
      } satisfies FieldNode,
      call: {
        shared,
        own: keyOf(field),
        below: below && !isSame(below) ? below.calls : undefined,
      } satisfies Called,
    };
  });
  const calls = made.map(({ call }) => call);
  if (new Set(calls.map(({ shared }) => shared)).size < calls.length) throw new NotShared();
  if (new Set(calls.map(({ own }) => own)).size < calls.length) throw new NotShared();
  const selections = made.map(({ node }) => node).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return { set: { kind: Kind.SELECTION_SET, selections }, calls };
}

const keyOf = ({ alias, name }: FieldNode): string => (alias ?? name).value;

/** The fields of a selection, those of fragments on the very type in their places. */
function fieldsOf(
  set: SelectionSetNode,
  parent: string,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FieldNode[] {
  return set.selections.flatMap((selection) => {
    if ((selection.directives?.length ?? 0) > 0) throw new NotShared();
    if (selection.kind === Kind.FIELD) return [selection];
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (!fragment || (fragment.directives?.length ?? 0) > 0) throw new NotShared();
    if (fragment.typeCondition && fragment.typeCondition.name.value !== parent) throw new NotShared();
    return fieldsOf(fragment.selectionSet, parent, fragments);
  });
}

/** Its own name, with what tells its arguments apart. The names that the runtime gives are kept. */
function sharedName({ alias, name, arguments: given = [] }: FieldNode): string {
  if (alias?.value.startsWith('__stream')) return alias.value;
  if (given.length === 0) return name.value;
  const texts = given.map((each) => print(each)).sort();
  return `${name.value}_${createHash('sha256').update(texts.join()).digest('hex').slice(0, 12)}`;
}

/** Whether the client calls and orders all as the shared query does, so that its answer can be taken as it is. */
const isSame = ({ set, calls }: { readonly set: SelectionSetNode; readonly calls: readonly Called[] }): boolean =>
  calls.every(
    ({ shared, own, below }, at) => !below && shared === own && keyOf(set.selections[at] as FieldNode) === shared,
  );

function ownValue(value: unknown, calls: readonly Called[]): unknown {
  if (Array.isArray(value)) return value.map((each) => ownValue(each, calls));
  if (typeof value !== 'object' || value === null) return value;
  const own: Record<string, unknown> = {};
  for (const { shared, own: key, below } of calls) {
    const each = (value as Record<string, unknown>)[shared];
    if (each !== undefined) own[key] = below ? ownValue(each, below) : each;
  }
  return own;
}

function withOwnPath(error: GraphQLError, calls: readonly Called[]): GraphQLError {
  let level: readonly Called[] | undefined = calls;
  const path = error.path?.map((part) => {
    if (typeof part === 'number') return part;
    const call = level?.find(({ shared }) => shared === part);
    level = call?.below;
    return call?.own ?? part;
  });
  return new GraphQLError(error.message, { path, extensions: error.extensions, originalError: error.originalError });
}
