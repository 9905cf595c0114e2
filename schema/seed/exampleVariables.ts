import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  typeFromAST,
  Kind,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { seedId } from './seedId.ts';

const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString();

/** Values of the seed by the name of a variable or of a field of an input. */
const known: Readonly<Record<string, () => unknown>> = {
  storeId: () => seedId('store', 1),
  menuItemId: () => seedId('menuItem', 'cheeseburger'),
  customerId: () => seedId('customer', 1),
  courierId: () => seedId('courier', 1),
  vendorId: () => seedId('vendor', 1),
  email: () => 'ada@example.com',
  locale: () => 'DE',
  service: () => 'TAKEAWAY',
  methodToken: () => 'tok_visa',
  idempotencyKey: () => crypto.randomUUID(),
  latitude: () => 52.52,
  longitude: () => 13.4,
  quantity: () => 1,
  date: () => tomorrow().slice(0, 10),
  phone: () => '+4930123456',
  query: () => 'burger',
  pageSize: () => 6,
};

/**
 * A value for each variable of a document that must have one, such that the document runs on the seeded data where an
 * example can know what to ask for; ids of what is made first, such as an order's, are left empty to be filled in.
 */
export function exampleVariables(document: DocumentNode, schema: GraphQLSchema): Record<string, unknown> {
  const variables: Record<string, unknown> = {};
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const { variable, type, defaultValue } of definition.variableDefinitions ?? []) {
      const input = typeFromAST(schema, type as never) as GraphQLInputType | undefined;
      const name = variable.name.value;
      if (input && (isNonNullType(input) || name in known) && !defaultValue) variables[name] = valueOf(name, input);
    }
  }
  return variables;
}

function valueOf(name: string, type: GraphQLInputType): unknown {
  const bare = isNonNullType(type) ? type.ofType : type;
  if (isListType(bare)) return [valueOf(name, bare.ofType as GraphQLInputType)];
  const named = getNamedType(bare);
  if (isInputObjectType(named))
    return Object.fromEntries(
      Object.values(named.getFields())
        .filter((field) => isRequiredInputField(field))
        .map((field) => [field.name, valueOf(field.name, field.type)]),
    );
  const value = known[name]?.();
  if (isEnumType(named)) return named.getValue(String(value)) ? value : named.getValues()[0]!.name;
  if (value !== undefined) return value;
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
