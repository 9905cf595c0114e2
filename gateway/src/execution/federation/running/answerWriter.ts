import {
  GraphQLError,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  type GraphQLCompositeType,
  type GraphQLList,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import type { FieldShape, ObjectShape, SelectionShape } from '../planning/answerShape.ts';
import { askedSubgraph, subgraphOf } from '../../../errors/askedSubgraph.ts';
import type { Failure, Failures } from './failures.ts';
import { put } from '../../../documents/put.ts';
import { listsOf } from '../planning/expectedAnswer.ts';
import { leafValue } from './leaf.ts';
import { isMap, own, type JsonObject } from './ownValue.ts';

export type Path = (string | number)[];

/** A place whose value is null, though it may not be: the null goes up to the next place that may have one. */
const nowhere = Symbol('no value');

export interface WriterParts {
  readonly schema: GraphQLSchema;
  readonly failures: Failures;
  /** The values of `__schema` and `__type`, by response key. */
  readonly introspected: Readonly<JsonObject>;
  /** The subgraph that was asked for a field. */
  readonly subgraphOf: (name: string) => string | undefined;
  /** How many errors are kept. */
  readonly maxErrors: number;
}

/** A way in which a subgraph broke its schema: the first place where it was met, and at how many it was. */
export interface Breach {
  readonly subgraph: unknown;
  readonly message: string;
  readonly path: Path | undefined;
  count: number;
}

/** Where something that failed stands in the answer. */
interface Place {
  readonly path: Path;
  readonly selection: SelectionShape;
  readonly type: GraphQLCompositeType;
}

/**
 * Writes the answer to a client's selection from what was fetched: its names, its order, its types, and null where
 * something failed, as GraphQL has it.
 */
export class AnswerWriter {
  /** The first ones, up to `maxErrors`. */
  readonly errors: GraphQLError[] = [];
  /** Each once, by its field and message. */
  readonly breaches = new Map<string, Breach>();
  #errorCount = 0;
  readonly #parts: WriterParts;
  readonly #path: Path = [];
  /** Objects of the tree that have failures, where they stand in the answer. */
  readonly #places = new Map<object, Place>();
  readonly #toldProblems = new Set<object>();

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  get errorsLeftOut(): number {
    return this.#errorCount - this.errors.length;
  }

  write(root: JsonObject, type: GraphQLCompositeType, selection: SelectionShape): JsonObject | null {
    const data = this.#object(root, type, selection);
    this.#tellTheRest();
    return data === nowhere ? null : data;
  }

  #object(source: JsonObject, type: GraphQLCompositeType, selection: SelectionShape): JsonObject | typeof nowhere {
    const { failures } = this.#parts;
    const shape = selection.of(type);
    const hasFailures = !failures.isEmpty && failures.at(source).length > 0;
    if (hasFailures) this.#places.set(source, { path: [...this.#path], selection, type });
    const out: JsonObject = {};
    let isGone = false;
    for (const field of shape.fields) {
      this.#path.push(field.key);
      const value = this.#field(source, shape, field);
      this.#path.pop();
      if (value !== nowhere) put(out, field.key, value);
      else {
        isGone = true;
        break;
      }
    }
    if (!isGone) return out;
    this.#places.delete(source);
    return nowhere;
  }

  #field(source: JsonObject, { type }: ObjectShape, field: FieldShape): unknown {
    switch (field.kind) {
      case 'typename':
        return type.name;
      case 'introspection':
        return own(this.#parts.introspected, field.key) ?? null;
      case 'value':
        return this.#value(field.type!, own(source, field.name), field, source, field.name);
    }
  }

  /** @param key of the value in its holder, which is an object or a list of the tree */
  #value(type: GraphQLOutputType, value: unknown, field: FieldShape, holder: object, key: string | number): unknown {
    if (!isNonNullType(type)) {
      const written =
        value === null || value === undefined ? this.#tellNull(holder, key, field) : this.#present(type, value, field);
      return written === nowhere ? null : written;
    }
    const before = this.#errorCount;
    const written =
      value === null || value === undefined
        ? this.#tellNull(holder, key, field)
        : this.#present(type.ofType, value, field);
    if (written !== null && written !== nowhere) return written;
    if (this.#errorCount === before) this.#tellNeighbour(holder, key);
    if (this.#errorCount === before) this.#tell('There is nothing where something always is.', field.name);
    return nowhere;
  }

  /** A value that is there, whatever it is. */
  #present(type: GraphQLOutputType, value: unknown, field: FieldShape): unknown {
    if (isListType(type)) return this.#list(type, value, field);
    if (isLeafType(type)) {
      const leaf = leafValue(type, value);
      return leaf === undefined ? this.#wrong(field) : leaf;
    }
    if (!isMap(value)) return this.#wrong(field);
    const runtime = this.#runtimeType(type as GraphQLCompositeType, value);
    if (!runtime) return this.#wrong(field);
    if (isAbstractType(runtime) && field.below!.dependsOnType(runtime)) return this.#typeless(value, runtime);
    return this.#object(value, runtime, field.below!);
  }

  #list(type: GraphQLList<GraphQLOutputType>, value: unknown, field: FieldShape): unknown {
    if (!Array.isArray(value)) return this.#wrong(field);
    const out: unknown[] = [];
    for (let index = 0; index < value.length; index += 1) {
      this.#path.push(index);
      const element = this.#value(type.ofType, value[index], field, value, index);
      this.#path.pop();
      if (element === nowhere) return nowhere;
      out.push(element);
    }
    return out;
  }

  /** Undefined for a type that clients do not know, or that cannot stand here. */
  #runtimeType(type: GraphQLCompositeType, value: JsonObject): GraphQLCompositeType | undefined {
    if (!isAbstractType(type)) return type;
    const name = own(value, '__typename');
    // Nothing that is asked depends on it, or an interface object is of no type that its subgraph knows.
    if (name === undefined || name === type.name) return type;
    const runtime = this.#parts.schema.getType(String(name));
    return isCompositeType(runtime) && !('getTypes' in runtime) && this.#parts.schema.isSubType(type, runtime)
      ? runtime
      : undefined;
  }

  #typeless(source: JsonObject, type: GraphQLCompositeType): typeof nowhere {
    const before = this.#errorCount;
    for (const failure of this.#parts.failures.at(source)) this.#tellFailure(failure, [...this.#path]);
    if (this.#errorCount === before) this.#tell(`Nobody says of which type this ${type.name} is.`, '__typename');
    return nowhere;
  }

  #wrong(field: FieldShape): null {
    this.#tell('What came is not of its type.', field.name);
    return null;
  }

  #tell(message: string, name: string): void {
    const subgraph = this.#parts.subgraphOf(name);
    this.#add(
      message,
      [...this.#path],
      { code: 'SUBGRAPH_ANSWER_INVALID', ...(subgraph === undefined ? {} : { [askedSubgraph]: subgraph }) },
      name,
    );
  }

  /** @param name of the field, where the message alone does not tell one cause from another */
  #add(message: string, path: Path | undefined, extensions: Failure['problem']['extensions'], name = ''): void {
    this.#errorCount += 1;
    if (this.errors.length < this.#parts.maxErrors) this.errors.push(new GraphQLError(message, { path, extensions }));
    if (extensions['code'] !== 'SUBGRAPH_ANSWER_INVALID') return;
    const key = `${name} ${message}`;
    const known = this.breaches.get(key);
    if (known) known.count += 1;
    else this.breaches.set(key, { subgraph: subgraphOf({ extensions }), message, path, count: 1 });
  }

  /** Tells what is known of a null. A problem of a whole fetch is told at each place that it left empty. */
  #tellNull(holder: object, key: string | number, field: FieldShape): null {
    if (this.#parts.failures.isEmpty) return null;
    const told = new Set<string>();
    for (const failure of this.#parts.failures.at(holder)) {
      if (failure.field !== key && !isOfWhole(failure, key)) continue;
      const below = failure.field === key ? this.#below(field, failure.rest) : [];
      // Several fetches may have asked for the same field: it failed once.
      const text = JSON.stringify([failure.problem.message, below]);
      if (told.has(text)) this.#isTold(failure);
      else this.#tellFailure(failure, [...this.#path, ...below]);
      told.add(text);
    }
    return null;
  }

  /** An entity that is null has a problem of its own, which may be told of another of its fields. */
  #tellNeighbour(holder: object, key: string | number): void {
    const place = this.#places.get(holder);
    for (const failure of this.#parts.failures.at(holder)) {
      if (failure.told || !failure.outputs.has(String(key))) continue;
      const path = failure.field === undefined ? [] : [failure.field, ...failure.rest];
      this.#tellFailure(failure, place ? pathBelow(place, path) : [...this.#path]);
    }
  }

  #below(field: FieldShape, rest: Failure['rest']): Path {
    const type = field.type && named(field.type);
    const lists = field.type ? listsOf(field.type) : 0;
    if (field.below && isCompositeType(type)) return field.below.clientPath(type, rest, lists);
    return rest.slice(0, lists).filter((part) => typeof part === 'number');
  }

  #isTold(failure: Failure): void {
    failure.told = true;
    this.#toldProblems.add(failure.problem);
  }

  #tellFailure(failure: Failure, path: Path | undefined): void {
    this.#isTold(failure);
    const { message, extensions } = failure.problem;
    this.#add(message, path, extensions);
  }

  /** Problems of what is there all the same. Those of what was taken away by another one are not told. */
  #tellTheRest(): void {
    for (const [holder, failures] of this.#parts.failures.all()) {
      const place = this.#places.get(holder);
      for (const failure of failures) {
        if (failure.told || this.#toldProblems.has(failure.problem)) continue;
        if (!place && this.#errorCount > 0) continue;
        const { field } = failure;
        const isAsked = place && field !== undefined && place.selection.asks(place.type, field);
        // An interface object is asked for what the client asks of other types only.
        if (place && !isAsked && field !== undefined && place.selection.mentions(field)) continue;
        // The plan asks for more than the client: what of that fails has no place in the answer.
        this.#tellFailure(failure, isAsked ? pathBelow(place, [field, ...failure.rest]) : undefined);
      }
    }
  }
}

const isOfWhole = (failure: Failure, key: string | number): boolean =>
  failure.field === undefined && !failure.loose && failure.outputs.has(String(key));

const pathBelow = ({ path, selection, type }: Place, internal: Failure['rest']): Path => [
  ...path,
  ...selection.clientPath(type, internal),
];

function named(type: GraphQLOutputType): GraphQLOutputType {
  let inner = type;
  while (isListType(inner) || isNonNullType(inner)) inner = inner.ofType as GraphQLOutputType;
  return inner;
}
