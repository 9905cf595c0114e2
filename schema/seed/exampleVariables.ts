import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  Kind,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { exampleValues, type ExampleIds } from './exampleValues.ts';

/**
 * A value for each variable of a document that must have one, such that the document runs on the seeded data. What is
 * made while the system runs, such as an order, is named by `ids`; an id that nobody can know is left empty.
 */
export function exampleVariables(
  document: DocumentNode,
  schema: GraphQLSchema,
  ids: ExampleIds = {},
): Record<string, unknown> {
  const variables: Record<string, unknown> = {};
  const placeOf = placesOfVariables(document, schema);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const { variable, type, defaultValue } of definition.variableDefinitions ?? []) {
      const input = typeFromAST(schema, type as never) as GraphQLInputType | undefined;
      const name = variable.name.value;
      const place = placeOf.get(name) ?? name;
      const wanted = input && (isNonNullType(input) || valueAt(place, name, ids) !== undefined);
      if (wanted && !defaultValue) variables[name] = valueOf(place, name, input, ids);
    }
  }
  return variables;
}

/** Where each variable goes first, as a coordinate: `Query.order(orderId:)`, or `StoreFilter.country`. */
function placesOfVariables(document: DocumentNode, schema: GraphQLSchema): Map<string, string> {
  const places = new Map<string, string>();
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Variable({ name }, _key, parent) {
        if (!parent || !('kind' in parent) || places.has(name.value)) return;
        if (parent.kind === Kind.OBJECT_FIELD) {
          const owner = typeInfo.getParentInputType();
          if (owner) places.set(name.value, `${getNamedType(owner).name}.${parent.name.value}`);
        } else if (parent.kind === Kind.ARGUMENT) {
          const owner = `${typeInfo.getParentType()?.name ?? ''}.${typeInfo.getFieldDef()?.name ?? ''}`;
          places.set(name.value, `${owner}(${parent.name.value}:)`);
        }
      },
    }),
  );
  return places;
}

const valueAt = (place: string, name: string, ids: ExampleIds): unknown =>
  (exampleValues[place] ?? exampleValues[name])?.(ids);

function valueOf(place: string, name: string, type: GraphQLInputType, ids: ExampleIds): unknown {
  const bare = isNonNullType(type) ? type.ofType : type;
  const value = valueAt(place, name, ids);
  const named = getNamedType(bare);
  if (isEnumType(named) && !Array.isArray(value)) {
    const member = named.getValue(String(value)) ? value : named.getValues()[0]!.name;
    return isListType(bare) ? [member] : member;
  }
  if (value !== undefined) return value;
  if (isListType(bare)) return [valueOf(place, name, bare.ofType as GraphQLInputType, ids)];
  if (isInputObjectType(named))
    return Object.fromEntries(
      Object.values(named.getFields())
        .filter((field) => isRequiredInputField(field) || `${named.name}.${field.name}` in exampleValues)
        .map((field) => [field.name, valueOf(`${named.name}.${field.name}`, field.name, field.type, ids)]),
    );
  switch (named.name) {
    case 'Int':
    case 'Float':
      return 1;
    case 'Boolean':
      return true;
    case 'DateTime':
      return tomorrow();
    default:
      return '';
  }
}

const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString();
