import type { SeededRandom } from './seededRandom.ts';

/** A field of an entity, and the subgraph that owns it. */
export interface ModelField {
  readonly name: string;
  readonly type: string;
  /** The arguments in SDL, with parentheses; empty if there are none. */
  readonly arguments: string;
  readonly owner: number;
  /** What the field requires: a field of the same entity that another subgraph owns, perhaps with arguments. */
  readonly requires?: { readonly field: string; readonly call: string };
  /** Another subgraph that resolves the field, too (`@shareable`). */
  readonly sharedWith?: number;
  /**
   * The subgraph that the field was moved away from (`@override`), and that still has it; with a `label` if only for
   * some callers.
   */
  readonly overrides?: { readonly from: number; readonly label?: string };
}

export interface ModelEntity {
  readonly name: string;
  /**
   * `either`: the entity has two keys, and some subgraphs know only one of them. `both`: it has one key of two fields.
   */
  readonly keys: 'id' | 'either' | 'both';
  /** The subgraph that knows all keys. */
  readonly hub: number;
  readonly fields: readonly ModelField[];
  /** A subgraph whose query fields give a field that another one owns as well (`@provides`). */
  readonly provided?: { readonly by: number; readonly field: string };
  /** A subgraph cannot resolve its keys where it owns nothing of the entity. */
  readonly unresolvable: ReadonlySet<number>;
}

/** A model from which the SDL of all subgraphs of a random supergraph is generated. */
export interface SupergraphModel {
  readonly subgraphs: number;
  readonly entities: readonly ModelEntity[];
  /** Subgraph of the interface `Node`, the union `Any` and the value type `Size`, and who is of `Node`. */
  readonly abstract: {
    readonly subgraph: number;
    readonly nodes: readonly string[];
    readonly members: readonly string[];
  };
  /** The interface `Thing`, of `subgraph`, is an interface object elsewhere. */
  readonly things?: { readonly subgraph: number; readonly implementers: readonly string[] };
  /**
   * `Inner.told`, of `subgraph`, takes an argument from the `Spot` above it, whose `unit` the subgraph `units` has. A
   * `Spot` is also reached by the interface `Located`, which is no context.
   */
  readonly spots?: { readonly subgraph: number; readonly units: number };
}

const names = ['value', 'url', 'photo', 'name', 'size', 'note', 'constructor', 'total', 'peer'];
const leaves = ['Int', 'String', 'Boolean', 'ID', 'Colour', 'Int!', 'String!', '[Int]', '[[String!]!]', 'Long'];
const calls = ['(n: Int)', '(n: Int! = 1)', '(unit: String, n: Int)'];

export function supergraphModel(random: SeededRandom): SupergraphModel {
  const subgraphs = random.between(2, 5);
  const entityNames = Array.from({ length: random.between(2, 4) }, (_, at) => `E${at}`);
  const abstractIn = random.below(subgraphs);
  const entities = entityNames.map((name) => entityModel(random, name, { subgraphs, entityNames, abstractIn }));
  const things = random.oneIn(2)
    ? undefined
    : { subgraph: random.below(subgraphs), implementers: entityNames.filter((_, at) => at < 1 || random.oneIn(2)) };
  return {
    subgraphs,
    entities,
    abstract: {
      subgraph: abstractIn,
      nodes: entityNames.filter((_, at) => at < 2 || random.oneIn(2)),
      members: [...entityNames.filter((_, at) => at < 1 || random.oneIn(2)), 'Size'],
    },
    ...(things ? { things } : {}),
    ...(random.oneIn(3) ? { spots: { subgraph: random.below(subgraphs), units: random.below(subgraphs) } } : {}),
  };
}

function providedField(
  random: SeededRandom,
  fields: readonly ModelField[],
  subgraphs: number,
): ModelEntity['provided'] {
  const by = random.below(subgraphs);
  const plain = fields.filter(
    ({ owner, type, arguments: given, requires, overrides, sharedWith }) =>
      owner !== by && given === '' && leaves.includes(type) && !requires && !overrides && sharedWith === undefined,
  );
  return plain.length > 0 && random.oneIn(2) ? { by, field: random.pick(plain).name } : undefined;
}

interface Surroundings {
  readonly subgraphs: number;
  readonly entityNames: readonly string[];
  readonly abstractIn: number;
}

function entityModel(random: SeededRandom, name: string, around: Surroundings): ModelEntity {
  const fields: ModelField[] = [];
  for (const field of names) if (!random.oneIn(3)) fields.push(fieldModel(random, field, fields, around));
  const entity = { keys: random.pick(['id', 'either', 'both'] as const), hub: random.below(around.subgraphs) };
  const unresolvable = new Set(Array.from({ length: around.subgraphs }, (_, at) => at).filter(() => random.oneIn(2)));
  const provided = providedField(random, fields, around.subgraphs);
  return { name, ...entity, fields, unresolvable, ...(provided ? { provided } : {}) };
}

function fieldModel(
  random: SeededRandom,
  name: string,
  before: readonly ModelField[],
  { subgraphs, entityNames, abstractIn }: Surroundings,
): ModelField {
  const owner = random.below(subgraphs);
  const elsewhere = (owner + random.between(1, subgraphs - 1)) % subgraphs;
  const required = before.filter((each) => each.owner !== owner && isRequirable(each));
  if (required.length > 0 && random.oneIn(2)) {
    const of = random.pick(required);
    const call = of.arguments === '' ? '' : random.pick(['(n: 1)', '(n: 2)']);
    return { name, type: 'String', arguments: '', owner, requires: { field: of.name, call } };
  }
  if (random.oneIn(2)) {
    const given = random.oneIn(2) ? random.pick(calls) : '';
    const type = random.pick(leaves);
    const kind = random.below(6);
    if (kind === 0) return { name, type, arguments: given, owner, sharedWith: elsewhere };
    if (kind === 1) return { name, type, arguments: given, owner, overrides: { from: elsewhere } };
    if (kind === 2)
      return { name, type, arguments: given, owner, overrides: { from: elsewhere, label: 'percent(50)' } };
    return { name, type, arguments: given, owner };
  }
  const object =
    owner === abstractIn && random.oneIn(2) ? random.pick(['Node', 'Any', 'Size']) : random.pick(entityNames);
  return {
    name,
    type: random.pick(['T', 'T', 'T!', '[T]', '[T!]!', '[[T]]']).replace('T', object),
    arguments: random.oneIn(4) ? '(n: Int)' : '',
    owner,
  };
}

/** Fields that others require are nullable, so that a null there makes nothing else null. */
const isRequirable = ({ type, requires, overrides, sharedWith }: ModelField): boolean =>
  /^(Int|String|Boolean|Colour|\[Int\])$/.test(type) && !requires && !overrides && sharedWith === undefined;
