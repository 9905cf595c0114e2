import {
  GraphQLError,
  getNullableType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
} from 'graphql';
import { hashOf } from './seededRandom.ts';
import type { SupergraphModel } from './supergraphModel.ts';

interface Thing {
  readonly __typename: string;
  readonly id: string;
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

  constructor(model: SupergraphModel, seed: number) {
    this.#model = model;
    this.#seed = seed;
  }

  /** For a subgraph: what its fields require is what it was sent. */
  readonly subgraphResolver: GraphQLFieldResolver<Record<string, unknown> | undefined, unknown> = (
    source,
    args: Record<string, unknown>,
    _context,
    info,
  ) => this.#resolve(source, args, info, (required) => source?.[required]);

  /** For the one schema that owns everything. */
  readonly wholeResolver: GraphQLFieldResolver<Record<string, unknown> | undefined, unknown> = (
    source,
    args: Record<string, unknown>,
    _context,
    info,
  ) =>
    this.#resolve(source, args, info, (required, given) => {
      const id = idOf(source!);
      const { type } = info.parentType.getFields()[required]!;
      return this.#value(type, `${id}.${required}${JSON.stringify(given)}`, info);
    });

  #resolve(
    source: Record<string, unknown> | undefined,
    args: Record<string, unknown>,
    info: GraphQLResolveInfo,
    requiredValue: (field: string, args: Record<string, unknown>) => unknown,
  ): unknown {
    const { fieldName, returnType } = info;
    if (!source) return this.#value(returnType, `root.${fieldName}${JSON.stringify(args)}`, info);
    const id = idOf(source);
    if (fieldName === 'id') return id;
    if (fieldName === 'code') return codeOf(id);
    const requires = this.#model.entities
      .find(({ name }) => name === typeOf(id))
      ?.fields.find(({ name }) => name === fieldName)?.requires;
    if (this.#fails(id, fieldName)) throw new GraphQLError(`${fieldName} of ${id} fails`);
    if (!requires) return this.#value(returnType, `${id}.${fieldName}${JSON.stringify(args)}`, info);
    if (this.#fails(id, requires.field)) throw new GraphQLError(`${fieldName} of ${id} lacks ${requires.field}`);
    const number = /\d+/.exec(requires.call)?.[0];
    const field = this.#model.entities
      .find(({ name }) => name === typeOf(id))!
      .fields.find(({ name }) => name === requires.field)!;
    const defaults = field.arguments.includes('= 1') ? { n: 1 } : {};
    const given = number === undefined ? defaults : { ...defaults, n: Number(number) };
    return `of ${JSON.stringify(requiredValue(requires.field, given) ?? null)}`;
  }

  #fails = (id: string, field: string): boolean => hashOf(`${this.#seed} fails ${id}.${field}`) % 15 === 0;

  #value(type: GraphQLOutputType, at: string, info: GraphQLResolveInfo): unknown {
    const draw = hashOf(`${this.#seed} ${at}`);
    if (!isNonNullType(type) && draw % 9 === 0) return null;
    const present = getNullableType(type);
    if (isListType(present))
      return Array.from({ length: draw % 4 }, (_, index) =>
        this.#value(present.ofType as GraphQLOutputType, `${at}.${index}`, info),
      );
    if (isEnumType(present)) return draw % 2 ? 'RED' : 'GREEN';
    if (isObjectType(present) || isAbstractType(present)) return this.#thing(present.name, draw);
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
    const among = { Node: this.#model.abstract.nodes, Any: this.#model.abstract.members, Thing: this.things }[type];
    const name = among ? among[draw % among.length]! : type;
    return { __typename: name, id: `${name}-${(draw >> 4) % 4}` };
  }

  get things(): readonly string[] {
    return this.#model.things?.implementers ?? [];
  }
}

/** The object that an entity of the interface `Thing` is. */
export const thingById = ({ id }: { readonly id: string }): Thing => ({ __typename: typeOf(id), id });
