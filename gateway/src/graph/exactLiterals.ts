import { isScalarType, isSpecifiedScalarType, type GraphQLSchema } from 'graphql';
import { ExactNumber } from '../documents/exactNumber.ts';
import { literalValue } from '../documents/literalValue.ts';

/**
 * The schema, whose own scalars read numbers in documents with all their digits: nobody here knows what they mean, and
 * the subgraph is to get what the client wrote.
 */
export function exactLiterals(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isScalarType(type) || isSpecifiedScalarType(type)) continue;
    type.parseLiteral = literalValue;
    // An introspection prints defaults by way of this, and takes numbers of JavaScript and strings only.
    const { serialize } = type;
    type.serialize = (value) => (value instanceof ExactNumber ? value.toJSON() : serialize(value));
  }
  return schema;
}
