import {
  getNamedType,
  getVariableValues,
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
import { literalValue } from './literalValue.ts';

/**
 * The variables as the operation declares them, by the rules of GraphQL, numbers with all their digits: those of the
 * graph's own scalars and of `Float`. An `ID` is its digits, and what is a whole number only for a double is none.
 */
export function coerceVariables(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  variables: Readonly<Record<string, unknown>>,
  options: Parameters<typeof getVariableValues>[3],
): ReturnType<typeof getVariableValues> {
  const fit = { ...variables };
  const declared = definitions.flatMap(({ variable, type, defaultValue }) => {
    const read = typeFromAST(schema, type) as GraphQLInputType | undefined;
    return read ? [{ name: variable.name.value, type: read, defaultValue }] : [];
  });
  for (const { name, type } of declared) if (Object.hasOwn(fit, name)) fit[name] = fitFor(type, fit[name]);
  const result = getVariableValues(schema, definitions, fit, options);
  if (result.errors) return result;
  for (const { name, type, defaultValue } of declared) {
    if (!Object.hasOwn(result.coerced, name)) continue;
    const written = Object.hasOwn(fit, name) ? variables[name] : defaultValue && literalValue(defaultValue);
    result.coerced[name] = withFloatDigits(type, result.coerced[name], written);
  }
  return result;
}

/** A number that is none of the type that is declared: an error that quotes it has the digits that were sent. */
class UnfitNumber {
  readonly #digits: string;

  constructor({ digits }: ExactNumber) {
    this.#digits = digits;
  }

  toJSON(): string {
    return this.#digits;
  }
}

/** The value as graphql-js takes it: it knows no numbers but doubles. */
function fitFor(type: GraphQLInputType, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isNonNullType(type)) return fitFor(type.ofType, value);
  if (isListType(type)) {
    const { ofType: element } = type;
    return Array.isArray(value) ? value.map((each) => fitFor(element, each)) : fitFor(element, value);
  }
  if (value instanceof ExactNumber) return fitNumber(type, value);
  if (!isInputObjectType(type) || Array.isArray(value)) return value;
  const fields = type.getFields();
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      Object.hasOwn(fields, key) ? fitFor(fields[key]!.type, each) : each,
    ]),
  );
}

function fitNumber(type: GraphQLInputType, value: ExactNumber): unknown {
  const named = getNamedType(type);
  if (isScalarType(named) && !isSpecifiedScalarType(named)) return value;
  const { integer } = value;
  if (named.name === 'ID' && integer !== undefined) return integer;
  const isDouble = named.name === 'Float' ? Number.isFinite(value.valueOf()) : named.name === 'Int' && integer;
  // An input object would take the other one for an object.
  return isDouble || isInputObjectType(named) ? value.valueOf() : new UnfitNumber(value);
}

/** A value that was read by the rules of GraphQL, each `Float` in it with the digits that it was written with. */
export function withFloatDigits(type: GraphQLInputType, read: unknown, written: unknown): unknown {
  if (isNonNullType(type)) return withFloatDigits(type.ofType, read, written);
  if (isListType(type)) {
    if (!Array.isArray(read)) return read;
    // A value that is no list is a list of one.
    return read.map((each, at) => withFloatDigits(type.ofType, each, Array.isArray(written) ? written[at] : written));
  }
  if (written instanceof ExactNumber && typeof read === 'number' && getNamedType(type).name === 'Float') return written;
  if (!isInputObjectType(type) || !isObject(read) || !isObject(written)) return read;
  const fields = type.getFields();
  for (const [key, each] of Object.entries(read))
    if (Object.hasOwn(written, key)) read[key] = withFloatDigits(fields[key]!.type, each, written[key]);
  return read;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
