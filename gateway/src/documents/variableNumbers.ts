import {
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  isSpecifiedScalarType,
  typeFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql';
import { ExactNumber } from './exactNumber.ts';

/**
 * The variables as the rules of GraphQL take them: a number with all its digits is one for the graph's own scalars
 * only. An `ID` is its digits; everything else is a double, which is refused where it is not one of the type.
 */
export function variableNumbers(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  variables: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const out = { ...variables };
  for (const { variable, type } of definitions) {
    const name = variable.name.value;
    const declared = typeFromAST(schema, type) as GraphQLInputType | undefined;
    if (declared && Object.hasOwn(out, name)) out[name] = ofType(declared, out[name]);
  }
  return out;
}

function ofType(type: GraphQLInputType, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isNonNullType(type)) return ofType(type.ofType, value);
  if (isListType(type)) {
    const { ofType: element } = type;
    return Array.isArray(value) ? value.map((each) => ofType(element, each)) : ofType(element, value);
  }
  if (value instanceof ExactNumber) return numberOf(type, value);
  if (!isInputObjectType(type) || Array.isArray(value)) return value;
  const fields = type.getFields();
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      Object.hasOwn(fields, key) ? ofType(fields[key]!.type, each) : each,
    ]),
  );
}

function numberOf(type: GraphQLInputType, value: ExactNumber): unknown {
  const named = getNamedType(type);
  if (isScalarType(named) && !isSpecifiedScalarType(named)) return value;
  return named.name === 'ID' && value.isInteger ? value.digits : value.valueOf();
}
