import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type GraphQLInputType,
  type GraphQLOutputType,
} from 'graphql';

export type JsonSchema = Readonly<Record<string, unknown>>;
/** The versions of OpenAPI that are made. They say in different words that a value may be null. */
export type OpenApiVersion = '3.0.3' | '3.1.0';

/** What is known of the values of scalars; of all others, that they are texts. */
const scalars: Readonly<Record<string, JsonSchema>> = {
  Int: { type: 'integer', format: 'int32' },
  Long: { type: 'integer', format: 'int64' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time' },
};

export function nullable(schema: JsonSchema, version: OpenApiVersion): JsonSchema {
  const values = schema['enum'] as readonly unknown[] | undefined;
  const orNull = values && { enum: [...values, null] };
  if (version === '3.0.3')
    return '$ref' in schema ? { allOf: [schema], nullable: true } : { ...schema, ...orNull, nullable: true };
  if (typeof schema['type'] !== 'string') return { anyOf: [schema, { type: 'null' }] };
  return { ...schema, ...orNull, type: [schema['type'], 'null'] };
}

/** The values of a scalar or an enum, as JSON has them. */
export const leafSchema = (type: GraphQLInputType | GraphQLOutputType): JsonSchema =>
  isEnumType(type)
    ? { type: 'string', enum: type.getValues().map(({ name }) => name) }
    : (scalars[String(type)] ?? { type: 'string' });

/** Makes the schemas of what clients send; each input object becomes a component. */
export class InputSchemas {
  readonly components = new Map<string, JsonSchema>();
  readonly #version: OpenApiVersion;
  readonly #place: string;

  /** `place` is where the components will stand in the document that refers to them. */
  constructor(version: OpenApiVersion, place = '#/components/schemas/') {
    this.#version = version;
    this.#place = place;
  }

  of(type: GraphQLInputType): JsonSchema {
    if (!isNonNullType(type)) return nullable(this.ofPresent(type), this.#version);
    return this.ofPresent(type);
  }

  /** The schema of a value that is given and is not null. */
  ofPresent(type: GraphQLInputType): JsonSchema {
    const present = getNullableType(type);
    if (isListType(present)) return { type: 'array', items: this.of(present.ofType) };
    if (!isInputObjectType(present)) return leafSchema(present);
    if (!this.components.has(present.name)) {
      this.components.set(present.name, {});
      const fields = Object.values(present.getFields());
      this.components.set(present.name, {
        type: 'object',
        ...(present.description && { description: present.description }),
        properties: Object.fromEntries(fields.map((field) => [field.name, described(this.of(field.type), field)])),
        ...requiredOf(fields.filter(isRequiredInputField).map(({ name }) => name)),
        additionalProperties: false,
      });
    }
    return { $ref: `${this.#place}${present.name}` };
  }
}

export const requiredOf = (names: readonly string[]): JsonSchema => (names.length > 0 ? { required: names } : {});

/** Adds a description. Beside a reference OpenAPI 3.0 allows none. */
export function described(
  schema: JsonSchema,
  { description, defaultValue }: { readonly description?: string | null; readonly defaultValue?: unknown },
): JsonSchema {
  if (!description && defaultValue === undefined) return schema;
  const base = '$ref' in schema ? { allOf: [schema] } : schema;
  return { ...base, ...(description && { description }), ...(defaultValue !== undefined && { default: defaultValue }) };
}
