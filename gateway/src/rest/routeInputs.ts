import {
  Kind,
  getNullableType,
  isInputObjectType,
  isNonNullType,
  isRequiredInputField,
  typeFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Route } from './route.ts';

/** A part of a request that becomes a variable of the route's operation, or a field of one. */
export interface RouteInput {
  readonly in: 'path' | 'query' | 'header' | 'body';
  /** The name in the request, such as `page[size]`. */
  readonly name: string;
  readonly variable: string;
  /** The field of the variable, if it is an input object whose fields are told one by one. */
  readonly field?: string;
  readonly type: GraphQLInputType;
  readonly required: boolean;
  readonly description: string | undefined;
  readonly defaultValue?: unknown;
}

/** Variables, and fields of `$input`, that come as headers, because HTTP has headers for them. */
export const headersByName: ReadonlyMap<string, string> = new Map([
  ['idempotencyKey', 'Idempotency-Key'],
  ['expectedVersion', 'If-Match'],
]);

/** Arguments of connections, by their names in the query. */
const pageByName: ReadonlyMap<string, string> = new Map([
  ['first', 'page[size]'],
  ['after', 'page[after]'],
]);

/**
 * Where each variable of a route's operation comes from. A name in the path's braces comes from there;
 * `idempotencyKey` and `expectedVersion` are headers. What is left is in the query of a GET or DELETE, where
 * the fields of an input object are parameters one by one, and in the body of the other methods, whose fields
 * are the other variables, or those of the variable `$input`.
 */
export function routeInputs(route: Route, schema: GraphQLSchema): RouteInput[] {
  const operation = route.document.definitions.find(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  return (operation?.variableDefinitions ?? []).flatMap((definition) => {
    const variable = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type as never) as GraphQLInputType | undefined;
    if (!type) throw new Error(`${route.file}: $${variable} has a type that the contract does not have.`);
    const object = getNullableType(type);
    const bodied = route.method !== 'GET' && route.method !== 'DELETE';
    if (!isInputObjectType(object) || (bodied && variable !== 'input'))
      return [
        {
          ...placeOf(route, variable),
          variable,
          type,
          required: isNonNullType(type) && definition.defaultValue === undefined,
          description: argumentDescription(schema, operation!, variable),
        },
      ];
    return Object.values(object.getFields()).map((field) => ({
      ...placeOf(route, field.name),
      variable,
      field: field.name,
      type: field.type,
      required: isNonNullType(type) && isRequiredInputField(field),
      description: field.description ?? undefined,
      defaultValue: field.defaultValue,
    }));
  });
}

function placeOf(route: Route, name: string): Pick<RouteInput, 'in' | 'name'> {
  if (route.parameters.includes(name)) return { in: 'path', name };
  const header = headersByName.get(name);
  if (header !== undefined) return { in: 'header', name: header };
  if (route.method !== 'GET' && route.method !== 'DELETE') return { in: 'body', name };
  return { in: 'query', name: pageByName.get(name) ?? name };
}

/** What the schema says of the first argument of the operation's field that takes the variable. */
function argumentDescription(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variable: string,
): string | undefined {
  const root = schema.getRootType(operation.operation);
  for (const field of operation.selectionSet.selections) {
    if (field.kind !== Kind.FIELD) continue;
    const argument = field.arguments?.find(
      ({ value }) => value.kind === Kind.VARIABLE && value.name.value === variable,
    );
    const declared = root?.getFields()[field.name.value]?.args.find(({ name }) => name === argument?.name.value);
    if (declared?.description) return declared.description;
  }
  return undefined;
}
