import {
  Kind,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { FieldShape, SelectionShape } from '../planning/answerShape.ts';
import type { Requirement } from '../planning/compiledPlan.ts';
import type { PlacePath } from '../running/places.ts';

/** A plan that the generated code does not cover: it is run in the general way. */
export class NotCovered extends Error {
  override readonly name = 'NotCovered';
}

/** What a fetch asks for at a place, for one type. */
export interface Asked {
  readonly name: string;
  readonly sets: readonly SelectionSetNode[];
}

/** A field at a place, for one type. */
export interface OpenField {
  readonly name: string;
  readonly type: GraphQLOutputType | undefined;
  /** The fetches that give it. */
  readonly givers: Set<number>;
  readonly child: Place | undefined;
  isRequired: boolean;
}

/** A place for the objects of one type that may stand there. */
export interface TypedPlace {
  /** Of all such pairs of a plan; objects carry it. */
  readonly id: number;
  readonly place: Place;
  readonly type: GraphQLCompositeType;
  /** What the client asks for, in its order; nothing where only the plan asks. */
  readonly client: readonly FieldShape[];
  readonly fields: Map<string, OpenField>;
  /** Of each fetch, what it asks for here, in the order in which it is answered. */
  readonly asked: Map<number, readonly string[]>;
}

/** A place in the tree that the fetches of a plan fill. */
export interface Place {
  readonly type: GraphQLCompositeType;
  readonly shape: SelectionShape | undefined;
  /** The objects say of which type they are. */
  readonly isTold: boolean;
  readonly typed: Map<string, TypedPlace>;
  /** Other fetches go into it, or read from it: its objects are kept until all have. */
  isOpen: boolean;
}

const maxTypedPlaces = 400;

/** Names of fields in the order of an answer, as the rules of GraphQL collect them for a type. */
export function askedFor(
  schema: GraphQLSchema,
  sets: readonly SelectionSetNode[],
  type: GraphQLCompositeType,
  out = new Map<string, { name: string; sets: SelectionSetNode[] }>(),
): ReadonlyMap<string, Asked> {
  for (const set of sets)
    for (const node of set.selections) {
      if (node.directives?.length) throw new NotCovered('a directive in a fetch');
      if (node.kind === Kind.FIELD) {
        const key = (node.alias ?? node.name).value;
        if (!out.has(key)) out.set(key, { name: node.name.value, sets: [] });
        if (node.selectionSet) out.get(key)!.sets.push(node.selectionSet);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        const on = node.typeCondition?.name.value;
        if (on === undefined || isOf(schema, type, on)) askedFor(schema, [node.selectionSet], type, out);
      } else throw new NotCovered('a fragment in a fetch');
    }
  return out;
}

export function isOf(schema: GraphQLSchema, type: GraphQLCompositeType, name: string): boolean {
  if (type.name === name) return true;
  const other = schema.getType(name);
  const own = schema.getType(type.name);
  return isAbstractType(other) && !!own && 'getFields' in own && schema.isSubType(other, own as never);
}

const isField = (node: { kind: Kind }): node is FieldNode => node.kind === Kind.FIELD;

/** The tree of the places that a plan fills, made of what its fetches ask for. */
export class OpenTree {
  readonly root: Place;
  readonly typedPlaces: TypedPlace[] = [];
  readonly #api: GraphQLSchema;
  /** With what clients do not see. */
  readonly schema: GraphQLSchema;
  readonly #interfaceObjects: ReadonlySet<string>;

  constructor(
    api: GraphQLSchema,
    schema: GraphQLSchema,
    interfaceObjects: ReadonlySet<string>,
    root: { readonly type: GraphQLCompositeType; readonly shape: SelectionShape },
  ) {
    this.#api = api;
    this.schema = schema;
    this.#interfaceObjects = interfaceObjects;
    this.root = this.#place(root.type, root.shape, []);
    this.root.isOpen = true;
  }

  #place(type: GraphQLCompositeType, shape: SelectionShape | undefined, sets: readonly SelectionSetNode[]): Place {
    const isTold =
      !isObjectType(type) &&
      sets.slice(0, 1).some(({ selections: [first] }) => first && isField(first) && first.name.value === '__typename');
    if (!isObjectType(type) && !isTold && sets.some(({ selections }) => !selections.every(isField)))
      throw new NotCovered('types that are not told');
    const place: Place = { type, shape, isTold, typed: new Map(), isOpen: false };
    for (const each of isTold ? this.#possible(type, shape) : [type]) this.#addType(place, each);
    return place;
  }

  #possible(type: GraphQLCompositeType, shape: SelectionShape | undefined): readonly GraphQLCompositeType[] {
    const schema = shape ? this.#api : this.schema;
    const known = schema.getType(type.name);
    return isAbstractType(known) ? schema.getPossibleTypes(known) : [];
  }

  #addType(place: Place, type: GraphQLCompositeType): void {
    const interfaces = 'getInterfaces' in type ? type.getInterfaces() : [];
    if ([type, ...interfaces].some(({ name }) => this.#interfaceObjects.has(name)))
      throw new NotCovered('an interface object');
    const shape = place.shape?.of(type);
    if (shape?.isPartial) throw new NotCovered('types that are not told');
    if (this.typedPlaces.length >= maxTypedPlaces) throw new NotCovered('too many types at too many places');
    const typed: TypedPlace = {
      id: this.typedPlaces.length,
      place,
      type,
      client: shape?.fields ?? [],
      fields: new Map(),
      asked: new Map(),
    };
    if (typed.client.some(({ kind }) => kind === 'introspection')) throw new NotCovered('introspection');
    this.typedPlaces.push(typed);
    place.typed.set(type.name, typed);
  }

  /** What a fetch gives at a place. */
  add(place: Place, sets: readonly SelectionSetNode[], step: number): void {
    for (const typed of place.typed.values()) {
      const all = askedFor(this.schema, sets, typed.type);
      if (typed.asked.has(step)) throw new NotCovered('a place that a fetch meets twice');
      typed.asked.set(step, [...all.keys()]);
      for (const [key, asked] of all) {
        if (key === '__typename') {
          if (asked.name !== key || !isObjectType(typed.type)) throw new NotCovered('types that are not told');
          continue;
        }
        const known = typed.fields.get(key);
        if (known?.child) throw new NotCovered('objects that two fetches give');
        if (known) known.givers.add(step);
        else typed.fields.set(key, this.#field(typed, key, asked, step));
      }
    }
  }

  #field({ type, client }: TypedPlace, key: string, { name, sets }: Asked, step: number): OpenField {
    if (name === '__typename') throw new NotCovered('a type under another name');
    const shapes = client.filter((each) => each.kind === 'value' && each.name === key);
    const known = this.schema.getType(type.name);
    const declared = known && 'getFields' in known ? known.getFields()[name] : undefined;
    const returned = shapes[0]?.type ?? (declared?.type as GraphQLOutputType | undefined);
    const named = returned && getNamedType(returned);
    let child: Place | undefined;
    if (sets.length > 0) {
      if (!isCompositeType(named) || shapes.length > 1) throw new NotCovered('an object of no known type');
      child = this.#place(named, shapes[0]?.below, sets);
      this.add(child, sets, step);
    }
    return { name: key, type: returned, givers: new Set([step]), child, isRequired: false };
  }

  /** The places at the end of a path; all on the way are open from then on. */
  open(path: PlacePath): Place[] {
    let at = [this.root];
    for (const step of path) {
      if (step.kind !== 'field') continue;
      at = at.flatMap((place) =>
        [...place.typed.values()].flatMap(({ fields }) => {
          const child = fields.get(step.name)?.child;
          return child ? [child] : [];
        }),
      );
      for (const each of at) each.isOpen = true;
    }
    return at;
  }

  /** What a fetch reads at a place. */
  require(typed: TypedPlace, parts: readonly Requirement[]): void {
    for (const part of parts) {
      if (part.kind === 'on') {
        if (part.type === undefined || isOf(this.schema, typed.type, part.type)) this.require(typed, part.parts);
        continue;
      }
      const field = typed.fields.get(part.name);
      if (!field) continue;
      field.isRequired = true;
      if (!part.parts || !field.child) continue;
      field.child.isOpen = true;
      for (const each of field.child.typed.values()) this.require(each, part.parts);
    }
  }
}
