import { getNamedType, isAbstractType, isEnumType, isListType, isNonNullType, type GraphQLOutputType } from 'graphql';
import { NotCovered, type OpenField, type Place, type TypedPlace } from './openTree.ts';

/** A piece of the text that an object is written as. */
export type Part =
  | {
      readonly kind: 'literal';
      readonly text: string;
      /** Whether a name that the client chose is in it. */
      readonly isOfClient: boolean;
    }
  /** Bytes of an answer. */
  | { readonly kind: 'bytes'; readonly slot: number; readonly givers: ReadonlySet<number> }
  | { readonly kind: 'objects'; readonly slot: number; readonly field: OpenField }
  /** No fetch gives it for this type. */
  | { readonly kind: 'missing' };

/** Fields that come one after the other, and are written so: their bytes are kept in one piece. */
export interface Run {
  readonly giver: number;
  readonly from: string;
  readonly to: string;
  readonly slot: number;
}

/** What is kept in a slot: objects, or where the bytes stand in the answer to one of the fetches that give them. */
export type SlotKind = 'objects' | ReadonlySet<number>;

/** What is kept of the objects of a type at a place, and how they are written. */
export interface Layout {
  readonly parts: readonly Part[];
  readonly runs: readonly Run[];
  /** Of fields that are kept by themselves. */
  readonly slots: ReadonlyMap<string, number>;
  /** By slot. */
  readonly kinds: readonly SlotKind[];
}

const typename = '__typename';

/** Works out layouts; each once. */
export class Layouts {
  readonly #known = new Map<TypedPlace, Layout>();
  readonly #asItComes = new Map<TypedPlace, boolean>();

  of(typed: TypedPlace): Layout {
    let known = this.#known.get(typed);
    if (!known) this.#known.set(typed, (known = this.#make(typed)));
    return known;
  }

  /** Whether objects are made of a value: others go into it, or the client gets it in other words. */
  isOfObjects = (field: OpenField): boolean =>
    !!field.child && (field.child.isOpen || (!!field.child.shape && !this.isAsItComes(field)));

  /** Whether the client gets the bytes of a value as they come. */
  isAsItComes = ({ child }: OpenField): boolean => !child || (!child.isOpen && this.#placeIsAsItComes(child));

  #placeIsAsItComes(place: Place): boolean {
    return !!place.shape && [...place.typed.values()].every((typed) => this.#typedIsAsItComes(typed));
  }

  #typedIsAsItComes(typed: TypedPlace): boolean {
    let known = this.#asItComes.get(typed);
    if (known === undefined) {
      const { client, fields, asked } = typed;
      const [order = []] = asked.values();
      known =
        order.length === client.length &&
        client.every((each, index) => each.key === order[index] && isUnderItsName(each.kind, each.key, each.name)) &&
        [...fields.values()].every((field) => this.isAsItComes(field));
      this.#asItComes.set(typed, known);
    }
    return known;
  }

  #make(typed: TypedPlace): Layout {
    const { client, fields } = typed;
    const parts: Part[] = [literal('{')];
    const runs: Run[] = [];
    const slots = new Map<string, number>();
    const kinds: SlotKind[] = [];
    const slotOf = (field: OpenField): number => {
      if (!slots.has(field.name))
        slots.set(field.name, kinds.push(this.isOfObjects(field) ? 'objects' : field.givers) - 1);
      return slots.get(field.name)!;
    };
    for (let at = 0; at < client.length;) {
      const shape = client[at]!;
      const comma = at === 0 ? '' : ',';
      const run = this.#run(typed, at);
      if (run) {
        const givers = new Set([run.giver]);
        const slot = kinds.push(givers) - 1;
        runs.push({ giver: run.giver, from: shape.name, to: client[run.end - 1]!.name, slot });
        parts.push(literal(comma), { kind: 'bytes', slot, givers });
        at = run.end;
        continue;
      }
      at += 1;
      if (shape.kind === 'typename') {
        if (isAbstractType(typed.type)) throw new NotCovered('types that are not told');
        parts.push(literal(`${comma}"${shape.key}":"${typed.type.name}"`, shape.key !== typename));
        continue;
      }
      parts.push(literal(`${comma}"${shape.key}":`, shape.key !== shape.name));
      const field = fields.get(shape.name);
      if (!field) parts.push({ kind: 'missing' });
      else if (this.isOfObjects(field)) parts.push({ kind: 'objects', slot: slotOf(field), field });
      else parts.push({ kind: 'bytes', slot: slotOf(field), givers: field.givers });
    }
    parts.push(literal('}'));
    for (const field of fields.values()) if (field.isRequired || field.child?.isOpen) slotOf(field);
    return { parts, runs, slots, kinds };
  }

  /** The longest run of at least two fields from one on. */
  #run(typed: TypedPlace, start: number): { readonly giver: number; readonly end: number } | undefined {
    const { client, asked } = typed;
    for (const [giver, order] of asked) {
      let end = start;
      while (
        end < client.length &&
        this.#mayRun(typed, end, giver) &&
        (end === start || order.indexOf(client[end]!.name) === order.indexOf(client[end - 1]!.name) + 1)
      )
        end += 1;
      const isOfValues = client.slice(start, end).some(({ kind }) => kind === 'value');
      if (end > start + 1 && isOfValues) return { giver, end };
    }
    return undefined;
  }

  #mayRun({ client, fields, asked }: TypedPlace, at: number, giver: number): boolean {
    const { kind, key, name } = client[at]!;
    if (!isUnderItsName(kind, key, name) || !asked.get(giver)!.includes(name)) return false;
    if (kind === 'typename') return true;
    const field = fields.get(name)!;
    return field.givers.size === 1 && this.isAsItComes(field);
  }
}

const literal = (text: string, isOfClient = false): Part => ({ kind: 'literal', text, isOfClient });

const isUnderItsName = (kind: string, key: string, name: string): boolean =>
  kind === 'typename' ? key === typename : kind === 'value' && key === name;

/** How a leaf is stepped over. */
export type LeafKind = 'string' | 'int' | 'number' | 'boolean' | 'any' | { readonly values: readonly string[] };

export function leafKind(type: GraphQLOutputType | undefined): LeafKind {
  if (!type) return 'any';
  const named = getNamedType(type);
  if (isEnumType(named)) return { values: named.getValues().map(({ name }) => name) };
  switch (named.name) {
    case 'String':
    case 'ID':
      return 'string';
    case 'Int':
      return 'int';
    case 'Float':
      return 'number';
    case 'Boolean':
      return 'boolean';
    default:
      return 'any';
  }
}

/** How many lists are around a value. */
export function listDepth(type: GraphQLOutputType): number {
  if (isNonNullType(type)) return listDepth(type.ofType);
  return isListType(type) ? 1 + listDepth(type.ofType) : 0;
}
