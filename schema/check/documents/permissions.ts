import { isAbstractType, type ASTNode, type GraphQLSchema } from 'graphql';
import type { GuardIndex, ScopeSet } from '#gateway/graph/guardIndex.ts';
import type { DocumentUses } from './documentUses.ts';

/** The scopes of each role, as `schema/scopes.ts` has them. */
export type RoleScopes = Readonly<Record<string, readonly string[]>>;

/** Who may ask for what, in one state. */
export interface Rights {
  readonly guards: GuardIndex;
  readonly roles: RoleScopes;
}

/** A field of a document that asks for scopes. */
export interface GuardedField {
  readonly coordinate: string;
  readonly node: ASTNode;
  /** All of these must be met, each by one of its scopes. */
  readonly needs: readonly ScopeSet[];
}

/** What a document selects that asks for scopes; of an interface or a union, what every type of it asks for. */
export function guardedFields(uses: DocumentUses, schema: GraphQLSchema, guards: GuardIndex): GuardedField[] {
  return [...uses.selections].flatMap(([coordinate, [first]]) => {
    const [typeName = '', field = ''] = coordinate.split('.');
    const type = schema.getType(typeName);
    const possible = isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
    const needs = [typeName, ...possible].flatMap((name) => guards.of(name, field));
    return needs.length > 0 && first ? [{ coordinate, node: first.node, needs }] : [];
  });
}

export const mayAsk = (role: string, { needs }: Pick<GuardedField, 'needs'>, roles: RoleScopes): boolean =>
  needs.every((scopes) => scopes.some((scope) => roles[role]?.includes(scope)));
