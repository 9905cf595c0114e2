import {
  defaultFieldResolver,
  isObjectType,
  type DirectiveNode,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql';
import { hasScope, type Principal } from '#platform/identity/principal.ts';
import { CodedError } from './codedError.ts';

const scopesOf = (directives: readonly DirectiveNode[] | undefined): string[] | undefined => {
  const value = directives
    ?.find((directive) => directive.name.value === 'auth')
    ?.arguments?.find((each) => each.name.value === 'scopes')?.value;
  if (value?.kind !== 'ListValue') return undefined;
  return value.values.flatMap((each) => (each.kind === 'StringValue' ? [each.value] : []));
};

/**
 * Checks that the principal has at least one of the scopes.
 * @param subject what needs the scope, for the message
 * @throws CodedError UNAUTHENTICATED for an anonymous principal, FORBIDDEN for one without any of the scopes
 */
export function requireScope(principal: Principal, scopes: readonly string[], subject: string): void {
  if (scopes.some((scope) => hasScope(principal, scope))) return;
  if (principal.kind === 'anonymous') throw new CodedError('UNAUTHENTICATED', `${subject} needs a token.`);
  throw new CodedError('FORBIDDEN', `${subject} needs one of the scopes ${scopes.join(', ')}.`);
}

/**
 * Makes every field that has `@auth(scopes:)`, by itself or by its type, check the scopes before its resolver runs. The
 * gateway checks the fields of a client's operation, too; but it also makes fetches of its own, for a key or a required
 * field, and only this check covers those.
 */
export function enforceAuth(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const nodes = [type.astNode, ...type.extensionASTNodes];
    const typeScopes = nodes.flatMap((node) => scopesOf(node?.directives) ?? []);
    for (const field of Object.values(type.getFields())) {
      const own = scopesOf(field.astNode?.directives);
      const required = [own, typeScopes.length > 0 ? typeScopes : undefined].filter((each) => each !== undefined);
      if (required.length === 0) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      const guarded: GraphQLFieldResolver<unknown, { principal: Principal }> = (source, args, context, info) => {
        for (const scopes of required) requireScope(context.principal, scopes, `${type.name}.${field.name}`);
        return resolve(source, args, context, info);
      };
      field.resolve = guarded as typeof resolve;
    }
  }
  return schema;
}
