import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  execute,
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  parse,
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';
import { DateTime } from '#platform/subgraph/dateTime.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { soleBinding, type Principal } from '#platform/identity/principal.ts';
import { refusal, type SubgraphCall } from '#platform/subgraph/execution.ts';
import { connectionOf, isConnection } from './connection.ts';
import { keysOf, listSizesOf, type ListSize } from './directives.ts';
import { mockId } from './mockIds.ts';
import { hashOf, isAbsent, plausible, type Leaf } from './plausible.ts';

export interface MockOptions {
  readonly name: string;
  /** The whole SDL of the subgraph. */
  readonly sdl: string;
  readonly identity: Pick<Identity, 'verifyInternalToken'>;
}

/** Where an object stands, and the ids of the entities around it: the store of a menu, say. */
const placed = Symbol('place');
interface Place {
  readonly path: string;
  readonly around: Readonly<Record<string, string>>;
}
type Made = Record<string, unknown> & { readonly __typename: string; readonly [placed]?: Place };
type Args = Readonly<Record<string, unknown>>;
interface Request {
  readonly principal: Principal;
}

/**
 * Answers in place of a subgraph by its schema alone, with made-up data. What it says of an entity depends on its type
 * and key only, so the same entity is the same in every answer and after every start; what a mutation was given is
 * remembered as long as the process lives. It checks the caller's token as the subgraph does, and not whose data is
 * asked for.
 */
export function mockSubgraph({ name, sdl, identity }: MockOptions): SubgraphCall {
  const document = parse(sdl);
  const schema = buildSubgraphSchema([{ typeDefs: document, resolvers: { DateTime } as never }]);
  const mocks = new Mocks(schema, keysOf(document), listSizesOf(document));
  return async ({ query, variables, operationName }, { authorization }) => {
    const [scheme, token] = (authorization ?? '').split(' ');
    const principal =
      scheme === 'Bearer' && token ? await identity.verifyInternalToken(token, name).catch(() => undefined) : undefined;
    if (!principal) return { errors: [refusal as never] };
    const result = await execute({
      schema,
      document: parse(query, { noLocation: true }),
      variableValues: variables,
      operationName,
      contextValue: { principal } satisfies Request,
      fieldResolver: mocks.resolve,
      typeResolver: (value) => (value as Made).__typename,
    });
    // As it would come over HTTP.
    return JSON.parse(JSON.stringify(result)) as typeof result;
  };
}

class Mocks {
  readonly #schema: GraphQLSchema;
  readonly #keys: ReadonlyMap<string, readonly string[]>;
  readonly #listSizes: ReadonlyMap<string, ListSize>;
  /** What mutations were given, by the place of the entity. */
  readonly #remembered = new Map<string, Args>();

  constructor(
    schema: GraphQLSchema,
    keys: ReadonlyMap<string, readonly string[]>,
    listSizes: ReadonlyMap<string, ListSize>,
  ) {
    this.#schema = schema;
    this.#keys = keys;
    this.#listSizes = listSizes;
  }

  resolve: GraphQLFieldResolver<Made | undefined, Request, Args> = (source, args, { principal }, info) => {
    const { fieldName, parentType, returnType, operation } = info;
    if (source && fieldName in source) return source[fieldName];
    const from = source ? this.#placeOf(source) : { path: parentType.name, around: callersOwn(principal) };
    const remembered = this.#remembered.get(from.path)?.[fieldName];
    if (remembered !== undefined && fits(remembered, returnType)) return remembered;
    const place: Place = {
      path: `${from.path}.${fieldName}${textOf(args)}`,
      around: { ...from.around, ...this.#named(args) },
    };
    const made = this.#value(returnType, place, args, info);
    if (!source && operation.operation === 'mutation') this.#remember(made, args);
    return made;
  };

  /** The place of an object; that of an entity is its key, wherever it was found. */
  #placeOf(source: Made): Place {
    const keys = this.#keys.get(source.__typename);
    if (!keys) return source[placed]!;
    const key = keys.map((field) => String(source[field])).join(' ');
    return { path: `${source.__typename}:${key}`, around: { [source.__typename]: String(source[keys[0]!]) } };
  }

  #value(type: GraphQLOutputType, place: Place, args: Args, info: GraphQLResolveInfo): unknown {
    const bare = getNullableType(type);
    if (isListType(bare)) return this.#list(bare.ofType as GraphQLOutputType, place, args, info);
    if (isLeafType(bare)) return this.#leaf(bare, !isNonNullType(type), place, args, info);
    const object = isAbstractType(bare) ? this.#oneOf(bare, place) : (bare as GraphQLObjectType);
    return isConnection(object)
      ? connectionOf(object, place.path, args, {
          node: (node, index) => this.#nth(node, index, place, {}, info),
          object: (of, path) => ({ __typename: of.name, [placed]: { ...place, path } }),
        })
      : this.#object(object, place, args, !isListType(getNullableType(info.returnType)));
  }

  /** What is asked for by its key, or stands around, is that entity; any other is one that the place names. */
  #object(type: GraphQLObjectType, place: Place, args: Args, isOnly: boolean): Made {
    const keys = this.#keys.get(type.name);
    if (!keys) return { __typename: type.name, [placed]: place, ...changesSince(type, args) };
    const asked = { ...(args['input'] as Args | undefined), ...args };
    const known = (isOnly ? (asked['id'] ?? place.around[type.name]) : undefined) as string | undefined;
    return entity(type.name, keys, known ?? mockId(type.name, hashOf(place.path)));
  }

  /** The result of a mutation is its success, which unions name first. */
  #oneOf(type: Parameters<GraphQLSchema['getPossibleTypes']>[0], place: Place): GraphQLObjectType {
    const possible = this.#schema.getPossibleTypes(type);
    const isResult = isUnionType(type) && /Result$/.test(type.name);
    return possible[isResult ? 0 : hashOf(place.path) % possible.length]!;
  }

  #list(type: GraphQLOutputType, place: Place, args: Args, info: GraphQLResolveInfo): unknown[] {
    const { fieldName, parentType } = info;
    if (/^removed/.test(fieldName)) return [];
    const { assumedSize, slicedBy } = this.#listSizes.get(`${parentType.name}.${fieldName}`) ?? {};
    const most = Number(slicedBy?.map((name) => args[name]).find((size) => size !== undefined) ?? assumedSize ?? 4);
    const usual = 2 + (hashOf(place.path) % 7);
    const named = getNamedType(type);
    const length = Math.max(0, Math.min(most, usual, isEnumType(named) ? named.getValues().length : usual));
    return Array.from({ length }, (_, index) => this.#nth(type, index, place, args, info));
  }

  /** One of a list: enum values and entities are neighbours, so that no list has the same one twice. */
  #nth(type: GraphQLOutputType, index: number, list: Place, args: Args, info: GraphQLResolveInfo): unknown {
    const named = getNamedType(type);
    const n = hashOf(list.path) + index;
    if (isEnumType(named)) return named.getValues()[n % named.getValues().length]!.name;
    const keys = this.#keys.get(named.name);
    if (keys) return entity(named.name, keys, mockId(named.name, n));
    return this.#value(type, { ...list, path: `${list.path}#${index}` }, args, info);
  }

  #leaf(type: GraphQLLeafType, isNullable: boolean, place: Place, args: Args, info: GraphQLResolveInfo): unknown {
    const { fieldName: field, parentType } = info;
    const description = parentType.getFields()[field]?.description ?? '';
    const leaf: Leaf = {
      place: place.path,
      parent: parentType.name,
      field,
      description,
      scalar: type.name,
      locale: args['locale'],
    };
    const cause = /^un(\w+)Reason$/.exec(field)?.[1];
    const told = cause
      ? plausible({ ...leaf, place: beside(place.path, cause), field: cause, scalar: 'Boolean' })
      : false;
    if (isNullable && (cause ? told : isAbsent(leaf))) return null;
    if (isEnumType(type)) return type.getValues()[hashOf(place.path) % type.getValues().length]!.name;
    if (type.name !== 'ID') return plausible(leaf);
    const of = typeNamed(field, this.#schema);
    return (of && place.around[of]) ?? mockId(of ?? parentType.name, hashOf(place.path));
  }

  /** The entities that arguments name: `storeId` names a Store. */
  #named(args: Args): Record<string, string> {
    const asked = Object.entries({ ...(args['input'] as Args | undefined), ...args });
    return Object.fromEntries(
      asked.flatMap(([name, value]) => {
        const type = typeof value === 'string' ? typeNamed(name, this.#schema) : undefined;
        return type ? [[type, value as string]] : [];
      }),
    );
  }

  /** Keeps what the entities of a mutation's answer were given. */
  #remember(made: unknown, args: Args): void {
    const given = args['input'] as Args | undefined;
    const success = made as Made | null;
    if (!given || !success) return;
    const type = this.#schema.getType(success.__typename);
    const entities = this.#keys.has(success.__typename)
      ? [success]
      : Object.values(isObjectType(type) ? type.getFields() : {}).flatMap(({ name, type: of }) => {
          const named = getNamedType(of);
          if (isListType(getNullableType(of)) || !isObjectType(named) || !this.#keys.has(named.name)) return [];
          const entity = this.#object(
            named,
            { ...success[placed]!, path: `${success[placed]!.path}.${name}` },
            args,
            true,
          );
          // The answer shows it, too.
          (success as Record<string, unknown>)[name] = entity;
          return [entity];
        });
    for (const entity of entities) {
      const { path } = this.#placeOf(entity);
      this.#remembered.set(path, { ...this.#remembered.get(path), ...given });
    }
  }
}

const entity = (type: string, keys: readonly string[], id: string): Made => ({
  __typename: type,
  ...Object.fromEntries(keys.map((key) => [key, id])),
});

/** The place of another field of the same object. */
const beside = (path: string, field: string): string => `${path.slice(0, path.lastIndexOf('.'))}.${field}`;

/** The arguments on which an answer depends, as text. */
const textOf = (args: Args): string => {
  const given = Object.entries(args).filter(([name, value]) => !pages.has(name) && value !== null);
  return given.length > 0 ? JSON.stringify(Object.fromEntries(given.sort(([a], [b]) => (a < b ? -1 : 1)))) : '';
};

/** Arguments that choose a part of an answer, which is the same whatever part is asked for. */
const pages: ReadonlySet<string> = new Set(['first', 'after', 'last', 'before', 'since']);

const typeNamed = (argument: string, schema: GraphQLSchema): string | undefined => {
  const [, word = ''] = /^(\w+)Id$/.exec(argument) ?? [];
  const name = word === 'item' ? 'MenuItem' : `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
  return word && isObjectType(schema.getType(name)) ? name : undefined;
};

/** The people and places that a caller's token names. */
function callersOwn(principal: Principal): Record<string, string> {
  const own = {
    Store: soleBinding(principal, 'store'),
    Courier: soleBinding(principal, 'courier'),
    Vendor: soleBinding(principal, 'vendor'),
    Customer: principal.grants.some(({ role }) => role === 'customer') ? principal.subject : undefined,
  };
  return Object.fromEntries(Object.entries(own).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** An answer with `reset` tells all at first, and nothing to whoever has it already: nothing changes. */
function changesSince(type: GraphQLObjectType, args: Args): Record<string, unknown> {
  const fields = type.getFields();
  if (!fields['reset']) return {};
  const holds = args['since'] !== undefined && args['since'] !== null;
  return { reset: !holds, ...(holds && fields['changed'] && { changed: [] }) };
}

/** Whether a value that a mutation was given may stand where a type is wanted. */
function fits(value: unknown, type: GraphQLOutputType): boolean {
  const bare = getNullableType(type);
  if (isListType(bare))
    return Array.isArray(value) && value.every((each) => fits(each, bare.ofType as GraphQLOutputType));
  if (value === null) return !isNonNullType(type);
  if (!isLeafType(bare) || typeof value === 'object') return false;
  try {
    bare.serialize(value);
    return true;
  } catch {
    return false;
  }
}
