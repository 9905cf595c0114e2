import {
  Kind,
  TypeInfo,
  execute,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  visit,
  visitWithTypeInfo,
  GraphQLError,
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type GraphQLCompositeType,
  type SelectionSetNode,
} from 'graphql';
import { hasScope, type Principal } from '#platform/identity/principal.ts';
import { requireScope } from '#platform/subgraph/authSchema.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import type { Graph } from '../graph/graph.ts';
import { restrictionIn, type GuardIndex, type ScopeSet } from '../graph/guardIndex.ts';

const passes = (principal: Principal, scopes: ScopeSet): boolean =>
  restrictionIn(scopes) === undefined && scopes.some((scope) => hasScope(principal, scope));
const keyOf = (scopes: ScopeSet): string => [...scopes].sort().join(' ');

/**
 * The sets of scopes that the fields of a document require (by `@auth`, or one that nobody has), also through
 * interfaces, unions and fragments. Empty if everything in it is open to all.
 */
export function scopeSetsOf(
  document: DocumentNode,
  { apiSchema, guards }: Pick<Graph, 'apiSchema' | 'guards'>,
): ScopeSet[] {
  const found = new Map<string, ScopeSet>();
  if (guards.isEmpty) return [];
  const note = (typeName: string, field: string) =>
    guards.of(typeName, field).forEach((scopes) => found.set(keyOf(scopes), scopes));
  const typeInfo = new TypeInfo(apiSchema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field(node) {
        const parent = typeInfo.getParentType();
        if (!parent) return;
        note(parent.name, node.name.value);
        if (isAbstractType(parent))
          for (const type of apiSchema.getPossibleTypes(parent)) note(type.name, node.name.value);
      },
    }),
  );
  return [...found.values()];
}

/**
 * A key made of the sets of scopes that the principal does not satisfy. Two principals with the same key may see the
 * same fields, so they share one query plan; an empty key means that nothing is refused.
 */
export const refusalKey = (principal: Principal, sets: readonly ScopeSet[]): string =>
  sets
    .filter((scopes) => !passes(principal, scopes))
    .map(keyOf)
    .join('|');

function isRefused(
  principal: Principal,
  parent: GraphQLCompositeType,
  field: string,
  { guards, apiSchema }: Graph,
): boolean {
  const refused = (typeName: string) => guards.of(typeName, field).some((scopes) => !passes(principal, scopes));
  if (isObjectType(parent)) return refused(parent.name);
  if (isInterfaceType(parent) && refused(parent.name)) return true;
  const possible = apiSchema.getPossibleTypes(parent);
  return field !== '__typename' && possible.length > 0 && possible.every((type) => refused(type.name));
}

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
const withTypename = (set: SelectionSetNode): SelectionSetNode => ({
  ...set,
  selections: [...set.selections, typename],
});

/**
 * Removes the fields that the principal may never see, so that they are not fetched. Fields of an interface or a union
 * can only be judged once the type of each object is known: `__typename` is added to every selection, and `refuse`
 * decides by the answer.
 */
export function withoutRefused(document: DocumentNode, principal: Principal, graph: Graph): DocumentNode {
  const typeInfo = new TypeInfo(graph.apiSchema);
  return visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field: {
        enter(node) {
          const parent = typeInfo.getParentType();
          return parent && isRefused(principal, parent, node.name.value, graph) ? null : undefined;
        },
        leave(node) {
          const type = getNamedType(typeInfo.getType());
          return node.selectionSet && isCompositeType(type) && !type.name.startsWith('__')
            ? { ...node, selectionSet: withTypename(node.selectionSet) }
            : undefined;
        },
      },
      // Removing fields may leave a selection empty, which GraphQL does not allow: `__typename` keeps it valid.
      OperationDefinition: { leave: (node) => ({ ...node, selectionSet: withTypename(node.selectionSet) }) },
      FragmentDefinition: { leave: (node) => ({ ...node, selectionSet: withTypename(node.selectionSet) }) },
      InlineFragment: { leave: (node) => ({ ...node, selectionSet: withTypename(node.selectionSet) }) },
    }),
  );
}

function guard(principal: Principal, guards: GuardIndex, typeName: string, field: string): void {
  for (const scopes of guards.of(typeName, field)) {
    const restriction = restrictionIn(scopes);
    if (restriction !== undefined)
      throw new CodedError(
        'UNAUTHENTICATED',
        `${typeName}.${field} is restricted by ${restriction}, and this gateway verifies no tokens: nobody is answered it.`,
      );
    requireScope(principal, scopes, `${typeName}.${field}`);
  }
}

/**
 * Completes the answer to the reduced document into the answer to the original one. Each refused field becomes an error
 * at its path, and null, which spreads to its parents as the schema's nullability demands. It is decided by the types
 * of the objects that came back, so that nothing gets through by way of an interface or a union.
 */
export function refuse(
  answer: ExecutionResult,
  document: DocumentNode,
  operationName: string | undefined,
  variables: Record<string, unknown>,
  principal: Principal,
  graph: Graph,
): ExecutionResult {
  const completed = execute({
    schema: graph.apiSchema,
    document,
    operationName,
    variableValues: variables,
    rootValue: answer.data ?? {},
    fieldResolver: (source: Record<string, unknown> | null, _args, _context, info) => {
      guard(principal, graph.guards, info.parentType.name, info.fieldName);
      return source && Object.hasOwn(source, info.path.key) ? source[info.path.key] : undefined;
    },
    typeResolver: (source: Record<string, unknown>) => source['__typename'] as string,
  }) as ExecutionResult;
  const refusals = (completed.errors ?? []).filter(
    (error) => error.originalError instanceof GraphQLError && error.extensions['code'] !== undefined,
  );
  const places = new Set(refusals.map((error) => error.path?.join('.')));
  const rest = (answer.errors ?? []).filter((error) => !error.path || !places.has(error.path.join('.')));
  return { ...completed, errors: [...rest, ...refusals] };
}
