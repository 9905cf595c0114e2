import { Kind, isScalarType, isSpecifiedScalarType, type GraphQLSchema, type ValueNode } from 'graphql';
import { ExactNumber } from '../documents/exactNumber.ts';

/**
 * The schema, whose own scalars read numbers in documents with all their digits: nobody here knows what they mean, and
 * the subgraph is to get what the client wrote.
 */
export function exactLiterals(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap()))
    if (isScalarType(type) && !isSpecifiedScalarType(type)) type.parseLiteral = literalValue;
  return schema;
}

function literalValue(node: ValueNode, variables?: Readonly<Record<string, unknown>> | null): unknown {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.INT:
    case Kind.FLOAT:
      return ExactNumber.of(node.value);
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.LIST:
      return node.values.map((each) => literalValue(each, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, literalValue(value, variables)]));
    case Kind.VARIABLE:
      return variables?.[node.name.value];
  }
}
