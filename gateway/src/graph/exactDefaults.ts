import {
  Kind,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  valueFromAST,
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLSchema,
  type InputValueDefinitionNode,
} from 'graphql';
import { literalValue } from '../documents/literalValue.ts';
import { withFloatDigits } from '../documents/variableNumbers.ts';

type Values = ReadonlyMap<string, readonly InputValueDefinitionNode[]>;

/**
 * The schema, whose arguments and input fields have their defaults as the SDL writes them. Whoever built the schema had
 * read them through a double.
 */
export function exactDefaults(schema: GraphQLSchema, document: DocumentNode): GraphQLSchema {
  const defaults = new Defaults(schema, document);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type)) defaults.readInput(type);
    else if (isObjectType(type) || isInterfaceType(type))
      for (const field of Object.values(type.getFields()))
        for (const each of field.args) defaults.read(each, `${type.name}.${field.name}`);
  }
  return schema;
}

class Defaults {
  readonly #values: Values;
  readonly #done = new Set<GraphQLInputObjectType>();

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    const inputs = new Map<string, readonly InputValueDefinitionNode[]>();
    for (const definition of document.definitions) {
      if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION)
        inputs.set(definition.name.value, definition.fields ?? []);
      else if ('fields' in definition && schema.getType((definition as { name: { value: string } }).name.value))
        for (const field of definition.fields ?? [])
          if ('arguments' in field) inputs.set(`${definition.name.value}.${field.name.value}`, field.arguments ?? []);
    }
    this.#values = inputs;
  }

  readInput(type: GraphQLInputObjectType): void {
    if (this.#done.has(type)) return;
    this.#done.add(type);
    for (const each of Object.values(type.getFields())) this.read(each, type.name);
  }

  /** @param within the input type, or the field whose argument it is */
  read(value: GraphQLArgument | GraphQLInputField, within: string): void {
    if (value.defaultValue === undefined) return;
    const node = this.#values.get(within)?.find(({ name }) => name.value === value.name)?.defaultValue;
    if (!node) return;
    // What an object leaves out is filled in from the defaults of its own type.
    const named = getNamedType(value.type);
    if (isInputObjectType(named)) this.readInput(named);
    const read = valueFromAST(node, value.type);
    if (read !== undefined) value.defaultValue = withFloatDigits(value.type, read, literalValue(node));
  }
}
