import {
  Kind,
  getNullableType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  getNamedType,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Route } from '#gateway/rest/route.ts';
import {
  described,
  leafSchema,
  nullable,
  requiredOf,
  type JsonSchema,
  type OpenApiVersion,
} from '#gateway/graph/jsonSchema.ts';

interface Selected {
  readonly name: string;
  readonly node: FieldNode;
  readonly field: GraphQLField<unknown, unknown>;
}

/** The schema of the body with which a route succeeds, by what its document selects: as `shapeAnswer` shapes it. */
export class AnswerSchemas {
  readonly #schema: GraphQLSchema;
  readonly #version: OpenApiVersion;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(route: Route, schema: GraphQLSchema, version: OpenApiVersion) {
    this.#schema = schema;
    this.#version = version;
    this.#fragments = new Map(
      route.document.definitions.flatMap((each) =>
        each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
      ),
    );
  }

  bodyOf(route: Route): JsonSchema {
    const resource = this.#resourceOf(route);
    return route.isFeed ? this.#feedOf(resource) : resource;
  }

  /** A page of a feed: its events, each with the resource as it was then. */
  #feedOf(resource: JsonSchema): JsonSchema {
    const text = { type: 'string' };
    const properties = {
      cursor: text,
      kind: { type: 'string', enum: ['snapshot', 'event', 'resync'] },
      version: { type: 'integer' },
      reason: text,
      data: nullable(resource, this.#version),
    };
    const event = { type: 'object', properties, ...requiredOf(['cursor', 'kind', 'version', 'data']) };
    const pageProperties = {
      after: nullable({ ...text, description: 'The `after` of the next poll.' }, this.#version),
      complete: { type: 'boolean', description: 'Whether nothing more will come.' },
    };
    return {
      type: 'object',
      properties: {
        data: { type: 'array', items: event },
        page: { type: 'object', properties: pageProperties, ...requiredOf(['after', 'complete']) },
      },
      ...requiredOf(['data', 'page']),
    };
  }

  #resourceOf(route: Route): JsonSchema {
    const operation = route.document.definitions.find(
      (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
    )!;
    let type: GraphQLOutputType = this.#schema.getRootType(operation.operation)!;
    let selections: SelectionSetNode = operation.selectionSet;
    for (const name of route.result) {
      const fields: readonly Selected[] = this.#selected(getNamedType(type), selections);
      const found = fields.find((each) => each.name === name);
      if (!found?.node.selectionSet) throw new Error(`${route.file}: the result ${name} is not an object.`);
      type = found.field.type;
      selections = found.node.selectionSet;
    }
    const named = getNullableType(type);
    if (isListType(named)) return page(this.#present(type, selections));
    if (isUnionType(named)) {
      const success = named.getTypes().find((each) => !route.errors.has(each.name))!;
      const fields = this.#selected(success, selections);
      const [only, ...others] = fields;
      return only?.node.selectionSet && others.length === 0
        ? this.#present(only.field.type, only.node.selectionSet)
        : this.#object(fields);
    }
    const nodes = this.#nodesOf(named as GraphQLNamedType, selections);
    return nodes ? page({ type: 'array', items: nodes }, this.#version) : this.#present(type, selections);
  }

  /** The fields of a page's elements, if the type is a connection: those of the node, and of the edge besides. */
  #nodesOf(type: GraphQLNamedType, selections: SelectionSetNode): JsonSchema | undefined {
    const edges = this.#selected(type, selections).find(({ name }) => name === 'edges');
    if (!edges?.node.selectionSet) return undefined;
    const parts = this.#selected(getNamedType(edges.field.type), edges.node.selectionSet);
    const node = parts.find(({ name }) => name === 'node')!;
    const rest = parts.filter(({ name }) => name !== 'node' && name !== 'cursor');
    return this.#object([...rest, ...this.#selected(getNamedType(node.field.type), node.node.selectionSet!)]);
  }

  #present(type: GraphQLOutputType, selections: SelectionSetNode | undefined): JsonSchema {
    const present = getNullableType(type);
    if (isListType(present)) return { type: 'array', items: this.#of(present.ofType, selections) };
    if (!isCompositeType(present) || !selections) return leafSchema(present);
    return this.#object(this.#selected(present, selections));
  }

  #of(type: GraphQLOutputType, selections: SelectionSetNode | undefined): JsonSchema {
    const present = this.#present(type, selections);
    return isNonNullType(type) ? present : nullable(present, this.#version);
  }

  #object(fields: readonly Selected[]): JsonSchema {
    return {
      type: 'object',
      properties: Object.fromEntries(
        fields.map(({ name, node, field }) => [name, described(this.#of(field.type, node.selectionSet), field)]),
      ),
      ...requiredOf([...new Set(fields.map(({ name }) => name))]),
    };
  }

  /** What is selected of a type, fragments of the same type included. */
  #selected(type: GraphQLNamedType, { selections }: SelectionSetNode): Selected[] {
    return selections.flatMap((node): Selected[] => {
      if (node.kind === Kind.FIELD) {
        const field = isObjectType(type) ? type.getFields()[node.name.value] : undefined;
        return field ? [{ name: node.alias?.value ?? node.name.value, node, field }] : [];
      }
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : this.#fragments.get(node.name.value);
      const on = fragment?.typeCondition?.name.value;
      return fragment && (on === undefined || on === type.name) ? this.#selected(type, fragment.selectionSet) : [];
    });
  }
}

/** A list as the body of an answer; with `version` a page of one. */
function page(data: JsonSchema, version?: OpenApiVersion): JsonSchema {
  const after = version && nullable({ type: 'string', description: 'The `page[after]` of the next page.' }, version);
  return {
    type: 'object',
    properties: {
      data,
      ...(after && { page: { type: 'object', properties: { after }, required: ['after'] } }),
    },
    required: ['data', ...(after ? ['page'] : [])],
  };
}
