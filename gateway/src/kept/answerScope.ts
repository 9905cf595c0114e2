import {
  Kind,
  getNamedType,
  isAbstractType,
  isObjectType,
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { EventMetadata } from '#platform/events/defineEvent.ts';
import type { PreparedDocument } from '../documents/documents.ts';

/** What an event is about: a thing such as the `store` with the key `17`, in a domain. */
export interface EventSubject {
  readonly domain: string;
  readonly kind: string;
  readonly key: string;
}

/** After which events an answer may be out of date. */
export interface AnswerScope {
  /** The domains that were asked; undefined where it is not known which were. */
  readonly domains: ReadonlySet<string> | undefined;
  /**
   * Kind of thing → the keys of those in the answer, where the request named all of them and it can hold no other one.
   * Of every other kind the answer may hold any.
   */
  readonly named: ReadonlyMap<string, ReadonlySet<string>>;
}

/** @param topic such as `menu.v1` */
export function subjectOf(topic: string, metadata: Pick<EventMetadata, 'feed' | 'aggregateId'>): EventSubject {
  const address = metadata.feed ?? metadata.aggregateId;
  const at = address.indexOf(':');
  return { domain: topic.slice(0, topic.lastIndexOf('.')), kind: address.slice(0, at), key: address.slice(at + 1) };
}

/** Whether an answer may be another one after an event. */
export function concerns({ domains, named }: AnswerScope, { domain, kind, key }: EventSubject): boolean {
  if (domains && !domains.has(domain)) return false;
  return named.get(kind)?.has(key) ?? true;
}

/** Goes through the answers of which an answer is made, and notes the ids of their objects by their types. */
export class Things {
  readonly #keys = new Map<string, Set<string>>();
  /** Types of which the answer may hold others: they stand in lists, or do not tell their ids. */
  readonly #open = new Set<string>();
  readonly #schema: GraphQLSchema;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  add({ document, operation }: PreparedDocument, data: unknown): void {
    this.#look(document, data, this.#schema.getQueryType() ?? undefined, [operation.selectionSet], false);
  }

  /** @param given what the request names, in its variables or by its caller; see `AnswerScope.named` */
  named(given: ReadonlySet<unknown>): Map<string, Set<string>> {
    return new Map(
      [...this.#keys].flatMap(([type, keys]) =>
        !this.#open.has(type) && [...keys].every((key) => given.has(key))
          ? [[type[0]!.toLowerCase() + type.slice(1), keys] as const]
          : [],
      ),
    );
  }

  #look(
    document: DocumentNode,
    value: unknown,
    type: GraphQLNamedType | undefined,
    sets: readonly SelectionSetNode[],
    isInList: boolean,
  ): void {
    if (typeof value !== 'object' || value === null || !type) return;
    if (Array.isArray(value)) {
      for (const each of value) this.#look(document, each, type, sets, true);
      return;
    }
    // Of an interface or a union, it may be of each of its types.
    if (isAbstractType(type))
      for (const each of this.#schema.getPossibleTypes(type)) this.#look(document, value, each, sets, isInList);
    if (!isObjectType(type)) return;
    const fields = this.#fields(document, sets);
    const id = [...fields].find(([, [node]]) => node?.name.value === 'id')?.[0];
    this.#note(type.name, id === undefined ? undefined : (value as Record<string, unknown>)[id], isInList);
    for (const [key, nodes] of fields) {
      const returned = type.getFields()[nodes[0]!.name.value]?.type;
      const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      if (returned && below.length > 0)
        this.#look(document, (value as Record<string, unknown>)[key], getNamedType(returned), below, isInList);
    }
  }

  #note(type: string, id: unknown, isInList: boolean): void {
    if (isInList || typeof id !== 'string') this.#open.add(type);
    else this.#keys.set(type, (this.#keys.get(type) ?? new Set()).add(id));
  }

  #fields(
    document: DocumentNode,
    sets: readonly SelectionSetNode[],
    out = new Map<string, FieldNode[]>(),
  ): Map<string, FieldNode[]> {
    for (const node of sets.flatMap(({ selections }) => selections)) {
      if (node.kind === Kind.FIELD) {
        const key = (node.alias ?? node.name).value;
        out.set(key, [...(out.get(key) ?? []), node]);
      } else if (node.kind === Kind.INLINE_FRAGMENT) this.#fields(document, [node.selectionSet], out);
      else
        for (const each of document.definitions)
          if (each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === node.name.value)
            this.#fields(document, [each.selectionSet], out);
    }
    return out;
  }
}
