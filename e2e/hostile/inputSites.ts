import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  parse,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { sdlOf } from '#platform/subgraph/sdl.ts';

/** Values that are right in themselves, by the name of what takes them; others by their type. */
export type Known = Readonly<Record<string, unknown>>;

/** One request, with a value of its own in one place of one field's arguments. */
export interface Site {
  /** Such as `Query.stores(filter.city)`. */
  readonly name: string;
  /** Scalar or enum that stands there. */
  readonly type: string;
  request(value: unknown): { query: string; variables: Record<string, unknown> };
}

export const schemaOf = (name: string): GraphQLSchema =>
  buildSubgraphSchema([{ typeDefs: parse(sdlOf(new URL(`../../subgraphs/${name}/`, import.meta.url))) }]);

function usual(type: GraphQLInputType, name: string, known: Known): unknown {
  const bare = getNullableType(type);
  if (isListType(bare)) return [usual(bare.ofType as GraphQLInputType, name, known)];
  if (isInputObjectType(bare))
    return Object.fromEntries(
      Object.values(bare.getFields()).map((field) => [field.name, usual(field.type, field.name, known)]),
    );
  if (name in known) return known[name];
  if (isEnumType(bare)) return bare.getValues()[0]!.name;
  return (
    { Int: 1, Float: 1, Boolean: true, DateTime: '2026-03-01T12:00:00.000Z', ID: known['id'] }[
      getNamedType(bare).name
    ] ?? 'one'
  );
}

/** All places within a value of the type where a scalar stands: its path, and the value with another one in it. */
function leaves(
  type: GraphQLInputType,
  whole: unknown,
  path: string,
): { path: string; type: string; put(value: unknown): unknown }[] {
  const bare = getNullableType(type);
  if (isListType(bare)) {
    return leaves(bare.ofType as GraphQLInputType, (whole as unknown[])[0], path).map((leaf) => ({
      ...leaf,
      put: (value: unknown) => [leaf.put(value)],
    }));
  }
  if (!isInputObjectType(bare)) return [{ path, type: getNamedType(bare).name, put: (value) => value }];
  return Object.values(bare.getFields()).flatMap((field) =>
    leaves(field.type, (whole as Record<string, unknown>)[field.name], `${path}.${field.name}`).map((leaf) => ({
      ...leaf,
      put: (value: unknown) => ({ ...(whole as object), [field.name]: leaf.put(value) }),
    })),
  );
}

interface Way {
  readonly open: string;
  readonly close: string;
  readonly variables: Record<string, unknown>;
}

/** How each object type is reached: from a query without much to say, or as an entity. */
function waysTo(schema: GraphQLSchema, known: Known): Map<string, Way> {
  const ways = new Map<string, Way>([['Query', { open: '', close: '', variables: {} }]]);
  const entities = schema.getType('_Entity');
  for (const type of isUnionType(entities) ? entities.getTypes() : []) {
    const id = known[`${type.name}.id`] ?? known['id'];
    ways.set(type.name, {
      open: `_entities(representations: [{ __typename: "${type.name}", id: "${String(id)}" }]) { ... on ${type.name} {`,
      close: '} }',
      variables: {},
    });
  }
  const queue = [...ways.keys()];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const type = schema.getType(name) as GraphQLObjectType;
    const way = ways.get(name)!;
    for (const field of Object.values(type.getFields())) {
      const target = getNamedType(field.type);
      const reached = isObjectType(target)
        ? [target]
        : isUnionType(target) || isInterfaceType(target)
          ? schema.getPossibleTypes(target)
          : [];
      if (field.name.startsWith('_')) continue;
      const required = field.args.filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined);
      if (required.some((arg) => isInputObjectType(getNamedType(arg.type)))) continue;
      const args = required.map((arg) => `${arg.name}: ${JSON.stringify(usual(arg.type, arg.name, known))}`).join(', ');
      for (const each of reached.filter((one) => !ways.has(one.name))) {
        ways.set(each.name, {
          ...way,
          open: `${way.open} ${field.name}${args && `(${args})`} { ... on ${each.name} {`,
          close: `} } ${way.close}`,
        });
        queue.push(each.name);
      }
    }
  }
  return ways;
}

function sitesOfField(
  root: string,
  type: string,
  field: GraphQLField<unknown, unknown>,
  way: Way,
  known: Known,
): Site[] {
  const variables = Object.fromEntries(field.args.map((arg) => [arg.name, usual(arg.type, arg.name, known)]));
  const declared = field.args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const passed = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const target = getNamedType(field.type);
  const selection = isObjectType(target) || isUnionType(target) || isInterfaceType(target) ? '{ __typename }' : '';
  const query = `${root} (${declared}) { ${way.open} ${field.name}(${passed}) ${selection} ${way.close} }`;
  return field.args.flatMap((arg) =>
    leaves(arg.type, variables[arg.name], arg.name).map((leaf) => ({
      name: `${type}.${field.name}(${leaf.path})`,
      type: leaf.type,
      request: (value: unknown) => ({ query, variables: { ...variables, [arg.name]: leaf.put(value) } }),
    })),
  );
}

/** Every place of a subgraph where a client says something. What no query reaches is named in `unreached`. */
export function inputSites(schema: GraphQLSchema, known: Known): { sites: Site[]; unreached: string[] } {
  const ways = waysTo(schema, known);
  const sites: Site[] = [];
  const unreached: string[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('_') || type.name === 'Subscription') continue;
    for (const field of Object.values(type.getFields())) {
      if (field.args.length === 0 || field.name === '_entities') continue;
      const way = type.name === 'Mutation' ? { open: '', close: '', variables: {} } : ways.get(type.name);
      if (way)
        sites.push(...sitesOfField(type.name === 'Mutation' ? 'mutation' : 'query', type.name, field, way, known));
      else unreached.push(`${type.name}.${field.name}`);
    }
  }
  return { sites, unreached };
}
