import {
  Kind,
  getNamedType,
  isAbstractType,
  isObjectType,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { EventDefinition } from '#platform/events/defineEvent.ts';
import type { PreparedDocument } from '../documents/documents.ts';
import type { Graph } from '../graph/graph.ts';
import { viewName } from '../serve/viewSubgraph.ts';
import { addressKey, feedOf, type FeedAddress } from '../streams/feeds/feedAddress.ts';
import { kindOf, type AnswerScope, type FeedVersion, type Place } from './answerScope.ts';
import { isTagKey } from './answerTags.ts';

/** The feed of which a query gives the present state, by what the schema says of the stream beside it. */
interface QueryFeed {
  /** Such as `store:{storeId}`. */
  readonly template: string;
  readonly kind: string;
}

/** A type whose objects tell up to which version of a feed they are. */
interface Versioned {
  readonly field: string;
  readonly kind: string;
  readonly address: Omit<FeedAddress, 'key'>;
}

/** What a graph says about what its answers depend on. */
export class FeedIndex {
  readonly byQuery = new Map<string, QueryFeed[]>();
  readonly byType = new Map<string, Versioned>();

  constructor({ streams, apiSchema }: Graph, events: ReadonlyMap<string, EventDefinition>) {
    for (const declaration of streams.values()) {
      const { feed: template, query, version } = declaration;
      const kind = template.slice(0, template.indexOf(':'));
      this.byQuery.set(query, [...(this.byQuery.get(query) ?? []), { template, kind }]);
      const address = feedOf(declaration, events);
      const returned = apiSchema.getQueryType()?.getFields()[query]?.type;
      if (version !== undefined && address && returned)
        this.byType.set(getNamedType(returned).name, { field: version, kind, address });
    }
  }
}

/** More are told as one that everything concerns. */
const mostPlaces = 100;
const anything: Place = new Map();
/** Stands for every domain that was asked: the field takes values of others. */
const anyDomain = '*';
const nobody: ReadonlySet<unknown> = new Set();

/** Goes through the answers of which an answer is made, and notes of which things the fields of each domain are. */
export class Places {
  readonly #graph: Pick<Graph, 'apiSchema' | 'owners'>;
  readonly #feeds: FeedIndex;
  /** What the caller is bound to: it names things as arguments do. */
  readonly #given: ReadonlySet<unknown>;
  readonly #byDomain = new Map<string, Map<string, Place>>();
  readonly #versions: FeedVersion[] = [];
  readonly #noted = new WeakMap<Place, Set<string>>();
  readonly #others = new WeakMap<Place, Map<string, Place>>();
  readonly #fieldsOf = new WeakMap<SelectionSetNode, Map<string, FieldNode[]>>();
  #isUnproven = false;

  constructor(graph: Pick<Graph, 'apiSchema' | 'owners'>, feeds: FeedIndex, given: ReadonlySet<unknown>) {
    this.#graph = graph;
    this.#feeds = feeds;
    this.#given = given;
  }

  add({ document, operation }: PreparedDocument, variables: Record<string, unknown>, data: unknown): void {
    const type = this.#schema.getQueryType() ?? undefined;
    this.#look({ document, variables }, data, type, [operation.selectionSet], anything, nobody);
  }

  /** @param domains those that were asked; undefined where something was asked of which nobody knows */
  scope(domains: ReadonlySet<string> | undefined): AnswerScope {
    const places = domains && new Map([...domains].map((domain) => [domain, this.#placesOf(domain)]));
    return { places, versions: this.#versions, isUnproven: this.#isUnproven };
  }

  #placesOf(domain: string): Place[] {
    const found = new Map([...(this.#byDomain.get(domain) ?? []), ...(this.#byDomain.get(anyDomain) ?? [])]);
    return found.size === 0 || found.size > mostPlaces ? [anything] : [...found.values()];
  }

  get #schema(): GraphQLSchema {
    return this.#graph.apiSchema;
  }

  /** @param named what the arguments of the field name whose value this is */
  #look(
    asked: Asked,
    value: unknown,
    type: GraphQLNamedType | undefined,
    sets: readonly SelectionSetNode[],
    place: Place,
    named: ReadonlySet<unknown>,
  ): void {
    if (typeof value !== 'object' || value === null || !type) return;
    if (Array.isArray(value)) {
      // Which things are in a list is a matter of what the list is of.
      for (const each of value) this.#look(asked, each, type, sets, place, nobody);
      return;
    }
    // Of an interface or a union, it may be of each of its types.
    if (isAbstractType(type))
      for (const each of this.#schema.getPossibleTypes(type)) this.#look(asked, value, each, sets, place, nobody);
    if (!isObjectType(type)) return;
    const fields = this.#fields(asked.document, sets);
    const here = this.#placeOf(type, fields, value as Values, place, named);
    this.#noteVersion(type, fields, value as Values, here);
    for (const [key, nodes] of fields)
      // In fragments on different types, one name may stand for different fields.
      for (const name of new Set(nodes.map((node) => node.name.value)))
        this.#field(
          asked,
          type,
          nodes.filter((node) => node.name.value === name),
          (value as Values)[key],
          here,
        );
  }

  #field(asked: Asked, parent: GraphQLObjectType, nodes: FieldNode[], value: unknown, place: Place): void {
    const [node] = nodes as [FieldNode];
    const field = node.name.value;
    const returned = parent.getFields()[field]?.type;
    if (!returned || this.#graph.owners.identifies(parent.name, field)) return;
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const args = argumentsOf(node, asked.variables);
    const isRoot = parent === this.#schema.getQueryType();
    const within = isRoot && args ? this.#feedPlace(field, args) : place;
    const named = new Set<unknown>(leavesOf(args));
    const type = getNamedType(returned);
    // The object that an argument names is there or not by events that are about it.
    const at =
      named.size > 0 && isObjectType(type) && isValues(value)
        ? this.#placeOf(type, this.#fields(asked.document, sets), value, within, named)
        : within;
    this.#note(parent.name, field, at);
    if (sets.length === 0) return;
    for (const each of this.#given) named.add(each);
    this.#look(asked, value, type, sets, within, named);
  }

  /** The place of a root field: the feed that its arguments name is of a thing. */
  #feedPlace(field: string, args: Values): Place {
    const place = new Map<string, string>();
    for (const { template, kind } of this.#feeds.byQuery.get(field) ?? []) {
      const argument = /^\w+:\{(\w+)\}$/.exec(template)?.[1];
      const key = argument === undefined ? undefined : args[argument];
      if (isTagKey(key)) place.set(kind, key);
    }
    return place;
  }

  #placeOf(
    { name }: GraphQLObjectType,
    fields: ReadonlyMap<string, readonly FieldNode[]>,
    value: Values,
    place: Place,
    named: ReadonlySet<unknown>,
  ): Place {
    const id = valueOf('id', fields, value);
    const kind = kindOf(name);
    if (isTagKey(id) && named.has(id)) return new Map(place).set(kind, id);
    if (!place.has(kind) || id === place.get(kind)) return place;
    // Another one than that which the place is of, as an item that can be chosen for an item: any may stand there.
    return this.#without(kind, place);
  }

  /** The same one for all in a list. */
  #without(kind: string, place: Place): Place {
    const known = this.#others.get(place) ?? new Map<string, Place>();
    this.#others.set(place, known);
    const others = known.get(kind) ?? new Map([...place].filter(([each]) => each !== kind));
    known.set(kind, others);
    return others;
  }

  #note(type: string, field: string, place: Place): void {
    const noted = this.#noted.get(place) ?? new Set<string>();
    this.#noted.set(place, noted);
    if (noted.has(`${type}.${field}`)) return;
    noted.add(`${type}.${field}`);
    const owners = this.#graph.owners.of(type, field);
    // What a view reads by documents of its own is noted as these are run.
    const domains = owners?.subgraphs.filter((each) => each !== viewName) ?? [];
    if (!owners || owners.takesOthers) domains.push(anyDomain);
    const key = JSON.stringify([...place]);
    for (const domain of domains) {
      const known = this.#byDomain.get(domain) ?? new Map<string, Place>();
      this.#byDomain.set(domain, known.set(key, place));
    }
  }

  #noteVersion(type: GraphQLObjectType, fields: ReadonlyMap<string, FieldNode[]>, value: Values, place: Place): void {
    const versioned = this.#feeds.byType.get(type.name);
    if (!versioned) return;
    const { kind, field, address } = versioned;
    const id = kind === kindOf(type.name) ? valueOf('id', fields, value) : undefined;
    const key = typeof id === 'string' ? id : place.get(kind);
    const version = valueOf(field, fields, value);
    if (key === undefined || typeof version !== 'number') this.#isUnproven = true;
    else this.#versions.push({ feed: addressKey({ ...address, key: `${kind}:${key}` }), version });
  }

  #fields(document: DocumentNode, sets: readonly SelectionSetNode[]): Map<string, FieldNode[]> {
    const [first] = sets;
    const known = sets.length === 1 ? this.#fieldsOf.get(first!) : undefined;
    if (known) return known;
    const found = fieldsIn(document, sets, new Map());
    if (sets.length === 1) this.#fieldsOf.set(first!, found);
    return found;
  }
}

type Values = Readonly<Record<string, unknown>>;

interface Asked {
  readonly document: DocumentNode;
  readonly variables: Record<string, unknown>;
}

const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value of a plain field, under whichever name the client asked for it. */
function valueOf(field: string, fields: ReadonlyMap<string, readonly FieldNode[]>, value: Values): unknown {
  for (const [key, [node]] of fields) if (node?.name.value === field) return value[key];
  return undefined;
}

const argumentsOf = ({ arguments: args }: FieldNode, variables: Record<string, unknown>): Values | undefined =>
  args?.length
    ? Object.fromEntries(args.map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]))
    : undefined;

/** All texts in a value. */
function leavesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}

function fieldsIn(
  document: DocumentNode,
  sets: readonly SelectionSetNode[],
  out: Map<string, FieldNode[]>,
): Map<string, FieldNode[]> {
  for (const node of sets.flatMap(({ selections }) => selections)) {
    if (node.kind === Kind.FIELD) {
      const key = (node.alias ?? node.name).value;
      out.set(key, [...(out.get(key) ?? []), node]);
    } else if (node.kind === Kind.INLINE_FRAGMENT) fieldsIn(document, [node.selectionSet], out);
    else
      for (const each of document.definitions)
        if (each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === node.name.value)
          fieldsIn(document, [each.selectionSet], out);
  }
  return out;
}
