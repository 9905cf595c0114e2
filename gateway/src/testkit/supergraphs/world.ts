import {
  GraphQLError,
  getNullableType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
} from 'graphql';
import { hashOf } from './seededRandom.ts';
import type { SupergraphModel } from './supergraphModel.ts';

interface Thing {
  readonly __typename: string;
  readonly id: string;
  /** What an `Inner` was reached from. */
  readonly above?: Readonly<Record<string, unknown>>;
}

const codeOf = (id: string): string => `code of ${id}`;
const idOf = (source: Readonly<Record<string, unknown>>): string =>
  String(source['id'] ?? String(source['code']).slice('code of '.length));
const typeOf = (id: string): string => id.split('-')[0]!;

/**
 * All data of a generated supergraph. A value depends on the object, the field and the arguments only, so that it does
 * not matter which subgraph is asked, or whether one schema has them all.
 */
export class World {
  readonly #model: SupergraphModel;
  readonly #seed: number;
  /** How many mutations have been carried out. */
  #turn = 0;

  constructor(model: SupergraphModel, seed: number) {
    this.#model = model;
    this.#seed = seed;
  }

  /** Resets the state, so that each execution begins with the same. */
  begin(): void {
    this.#turn = 0;
  }

  /** Resolvers for a subgraph: the values that its fields require are those that the gateway sent. */
  readonly subgraphResolver: GraphQLFieldResolver<Record<string, unknown> | undefined, unknown> = (
    source,
    args: Record<string, unknown>,
    _context,
    info,
  ) =>
    this.#resolve(source, args, info, (required) => {
      // A subgraph is not sent what it provides itself, because the planner relies on it there.
      if (Object.hasOwn(source!, required) || !this.#isProvided(source!, required)) return source![required];
      const { type } = info.parentType.getFields()[required]!;
      return this.#value(type, `${idOf(source!)}.${required}{}`, info);
    });

  /** Resolvers for the one schema that owns everything. */
  readonly wholeResolver: GraphQLFieldResolver<Record<string, unknown> | undefined, unknown> = (
    source,
    args: Record<string, unknown>,
    _context,
    info,
  ) =>
    this.#resolve(source, this.#withContext(source, args, info), info, (required, given) => {
      const id = idOf(source!);
      const { type } = info.parentType.getFields()[required]!;
      return this.#value(type, `${id}.${required}${JSON.stringify(given)}`, info);
    });

  /** The values that a subgraph gets from a context (`@context`). */
  #withContext(
    source: Record<string, unknown> | undefined,
    args: Record<string, unknown>,
    info: GraphQLResolveInfo,
  ): Record<string, unknown> {
    if (info.fieldName !== 'told') return args;
    let spot = source;
    while (spot && spot['__typename'] !== 'Spot') spot = spot['above'] as Record<string, unknown> | undefined;
    const id = String(spot?.['id']);
    const { type } = (info.schema.getType('Spot') as GraphQLObjectType).getFields()['unit']!;
    return { ...args, unit: this.#fails(id, 'unit') ? null : this.#value(type, `${id}.unit{}`, info) };
  }

  #resolve(
    source: Record<string, unknown> | undefined,
    args: Record<string, unknown>,
    info: GraphQLResolveInfo,
    requiredValue: (field: string, args: Record<string, unknown>) => unknown,
  ): unknown {
    const { fieldName, returnType } = info;
    if (info.operation.operation === 'mutation' && info.parentType === info.schema.getMutationType()) {
      this.#turn += 1;
      return fieldName.startsWith('tick')
        ? this.#turn
        : this.#value(returnType, `${this.#turn}.${fieldName}${JSON.stringify(args)}`, info);
    }
    if (!source) return this.#value(returnType, `root.${fieldName}${JSON.stringify(args)}`, info);
    const id = idOf(source);
    if (fieldName === 'id') return id;
    if (fieldName === 'code') return codeOf(id);
    if (fieldName === 'told') return JSON.stringify([id, args['n'] ?? null, args['unit'] ?? null]);
    const requires = this.#model.entities
      .find(({ name }) => name === typeOf(id))
      ?.fields.find(({ name }) => name === fieldName)?.requires;
    if (this.#fails(id, fieldName)) throw new GraphQLError(`${fieldName} of ${id} fails`);
    if (fieldName === 'loud') {
      if (this.#fails(id, 'base')) throw new GraphQLError(`loud of ${id} lacks base`);
      return `of ${JSON.stringify(requiredValue('base', {}) ?? null)}`;
    }
    if (!requires) return this.#value(returnType, `${id}.${fieldName}${JSON.stringify(args)}`, info, source);
    if (this.#fails(id, requires.field)) throw new GraphQLError(`${fieldName} of ${id} lacks ${requires.field}`);
    const number = /\d+/.exec(requires.call)?.[0];
    const field = this.#model.entities
      .find(({ name }) => name === typeOf(id))!
      .fields.find(({ name }) => name === requires.field)!;
    const defaults = field.arguments.includes('= 1') ? { n: 1 } : {};
    const given = number === undefined ? defaults : { ...defaults, n: Number(number) };
    return `of ${JSON.stringify(requiredValue(requires.field, given) ?? null)}`;
  }

  #isProvided = (source: Readonly<Record<string, unknown>>, field: string): boolean =>
    this.#model.entities.some(({ name, provided }) => name === typeOf(idOf(source)) && provided?.field === field);

  #fails = (id: string, field: string): boolean => hashOf(`${this.#seed} fails ${id}.${field}`) % 15 === 0;

  #value(
    type: GraphQLOutputType,
    at: string,
    info: GraphQLResolveInfo,
    above?: Readonly<Record<string, unknown>>,
  ): unknown {
    const draw = hashOf(`${this.#seed} ${at}`);
    if (!isNonNullType(type) && draw % 9 === 0) return null;
    const present = getNullableType(type);
    if (isListType(present))
      return Array.from({ length: draw % 4 }, (_, index) =>
        this.#value(present.ofType as GraphQLOutputType, `${at}.${index}`, info, above),
      );
    if (isEnumType(present)) return draw % 2 ? 'RED' : 'GREEN';
    if (isObjectType(present) || isAbstractType(present)) {
      const thing = this.#thing(present.name, draw);
      return present.name === 'Inner' ? { ...thing, above } : thing;
    }
    switch (present.name) {
      case 'Int':
        return draw % 1_000;
      case 'Boolean':
        return draw % 2 === 0;
      default:
        return `${draw % 1_000}`;
    }
  }

  #thing(type: string, draw: number): Thing {
    const { nodes, members } = this.#model.abstract;
    const among = { Node: nodes, Any: members, Thing: this.things, Located: ['Spot'] }[type];
    const name = among ? among[draw % among.length]! : type;
    return { __typename: name, id: `${name}-${(draw >> 4) % 4}` };
  }

  get things(): readonly string[] {
    return this.#model.things?.implementers ?? [];
  }
}

/** The object that stands behind an entity of the interface `Thing`. */
export const thingById = ({ id }: { readonly id: string }): Thing => ({ __typename: typeOf(id), id });
