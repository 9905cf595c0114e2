import {
  GraphQLError,
  Kind,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type NameNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * Limits on one request. Fields, aliases and directives are counted with fragments expanded: a fragment that is spread
 * twice counts twice.
 */
export interface Limits {
  /** Of the body of a request after decompression, of the query string of a GET, and of a frame of a WebSocket. */
  readonly bodyBytes: number;
  /** Lexical tokens of the document. */
  readonly tokens: number;
  /** Levels of fields; a field at the root has depth 1. */
  readonly depth: number;
  readonly fields: number;
  readonly rootFields: number;
  /** In one selection set, fragments counted as one each. */
  readonly selections: number;
  readonly aliases: number;
  readonly directives: number;
  /**
   * What a request may cost at most, by `@cost` and `@listSize`: the objects in its answer, each with its weight, lists
   * as long as their arguments allow.
   */
  readonly cost: number;
  /** How long a list is taken to be that says nothing about it: one without `@listSize`, of somebody else's graph. */
  readonly assumedListSize: number;
  /**
   * How long, in milliseconds, the subgraphs may take for one request. Fields that are not there by then are null, with
   * an error.
   */
  readonly deadlineMs: number;
  /** Of one answer. A last error says how many more there were. */
  readonly errors: number;
}

export const defaultLimits: Limits = {
  bodyBytes: 100_000,
  tokens: 4_000,
  depth: 15,
  fields: 1_000,
  rootFields: 25,
  selections: 200,
  aliases: 50,
  directives: 50,
  cost: 20_000,
  assumedListSize: 10,
  deadlineMs: 15_000,
  errors: 100,
};

const fragmentsInOnePlace = 60;
const timesInOnePlace = 20;

const tooComplex = (message: string) => new GraphQLError(message, { extensions: { code: 'DOCUMENT_TOO_COMPLEX' } });
const invalid = (message: string) => new GraphQLError(message, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });

/** How large a selection is, by what the limits of the same names bound. */
export interface Size {
  depth: number;
  fields: number;
  rootFields: number;
  aliases: number;
  directives: number;
}

/**
 * Measures selection sets. Each fragment is measured once, however often it is spread, so that the work grows linearly
 * with the document.
 */
class Measure {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #sizes = new Map<string, Size | 'in progress'>();
  readonly #selections: number;

  /** @param selections how many there may be in one selection set */
  constructor(document: DocumentNode, selections = Number.POSITIVE_INFINITY) {
    this.#selections = selections;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
    }
  }

  selections(set: SelectionSetNode): Size {
    const size: Size = { depth: 0, fields: 0, rootFields: 0, aliases: 0, directives: 0 };
    const names = new Map<string, number>();
    // Validation compares each fragment of a selection set with each other one, and fields of one name: these limits
    // bound that quadratic work.
    if (set.selections.length > this.#selections)
      throw tooComplex(
        `Too many fields are selected in one place: ${set.selections.length}, at most ${this.#selections}.`,
      );
    if (set.selections.filter((each) => each.kind !== Kind.FIELD).length > fragmentsInOnePlace)
      throw tooComplex(`Too many fragments are in one place: at most ${fragmentsInOnePlace}.`);
    for (const selection of set.selections) {
      size.directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        const name = selection.alias?.value ?? selection.name.value;
        const times = (names.get(name) ?? 0) + 1;
        if (times > timesInOnePlace)
          throw tooComplex(`The field ${name} is selected too often in one place: at most ${timesInOnePlace} times.`);
        names.set(name, times);
        const below = selection.selectionSet ? this.selections(selection.selectionSet) : undefined;
        size.rootFields += 1;
        size.fields += 1 + (below?.fields ?? 0);
        size.depth = Math.max(size.depth, 1 + (below?.depth ?? 0));
        size.aliases += (selection.alias ? 1 : 0) + (below?.aliases ?? 0);
        size.directives += below?.directives ?? 0;
      } else {
        const below =
          selection.kind === Kind.INLINE_FRAGMENT
            ? this.selections(selection.selectionSet)
            : this.#fragment(selection.name.value);
        size.rootFields += below.rootFields;
        size.fields += below.fields;
        size.depth = Math.max(size.depth, below.depth);
        size.aliases += below.aliases;
        size.directives += below.directives;
      }
    }
    return size;
  }

  #fragment(name: string): Size {
    const known = this.#sizes.get(name);
    if (known === 'in progress') throw invalid(`The fragment ${name} spreads itself.`);
    if (known) return known;
    const fragment = this.#fragments.get(name);
    if (!fragment) throw invalid(`There is no fragment ${name}.`);
    this.#sizes.set(name, 'in progress');
    const size = this.selections(fragment.selectionSet);
    size.directives += fragment.directives?.length ?? 0;
    this.#sizes.set(name, size);
    return size;
  }
}

/**
 * Refuses names in the answer that a graph with authorization or streams needs for itself: `__typename` for another
 * field, since authorization relies on it; names that begin with `__stream`, which the runtime adds; and `__proto__`,
 * which not everybody who reads such an answer reads as a name.
 * @throws GraphQLError GRAPHQL_VALIDATION_FAILED
 */
export function checkNames(document: DocumentNode): void {
  visit(document, {
    Field({ alias, name }) {
      if (
        !alias ||
        !(alias.value === '__proto__' || alias.value.startsWith('__stream') || isOtherTypename(alias, name))
      )
        return;
      throw invalid(`A field cannot be called ${alias.value} in the answer.`);
    },
  });
}

const isOtherTypename = (alias: NameNode, name: NameNode): boolean =>
  alias.value === '__typename' && name.value !== '__typename';

/**
 * Checks a document against the limits before anything expands or validates it. Every operation and fragment is
 * checked, whichever is run. Takes time linear in the document, which `tokens` bounds.
 * @throws GraphQLError DOCUMENT_TOO_COMPLEX, or GRAPHQL_VALIDATION_FAILED for fragments that spread themselves or are
 * not defined
 */
export function checkLimits(document: DocumentNode, limits: Limits): void {
  const measure = new Measure(document, limits.selections);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const size = measure.selections(definition.selectionSet);
    size.directives += definition.directives?.length ?? 0;
    for (const variable of definition.variableDefinitions ?? []) size.directives += variable.directives?.length ?? 0;
    // A fragment's fields are not root fields: where it is spread at the root, they are counted there.
    if (definition.kind === Kind.FRAGMENT_DEFINITION) size.rootFields = 0;
    checkSize(size, limits);
  }
}

/** How many fields an operation selects at its root, through fragments, each alias counted. */
export const rootFieldsOf = (document: DocumentNode, { selectionSet }: OperationDefinitionNode): number =>
  new Measure(document).selections(selectionSet).rootFields;

/** How large an operation of the document is, its fragments expanded. The document is within the limits. */
export const sizeOf = (document: DocumentNode, operation: OperationDefinitionNode): Readonly<Size> =>
  new Measure(document).selections(operation.selectionSet);

function checkSize(size: Size, limits: Limits): void {
  for (const what of ['depth', 'rootFields', 'aliases', 'directives', 'fields'] as const) {
    if (size[what] > limits[what])
      throw tooComplex(
        `The document is too complex: ${what} ${size[what] > 1e9 ? 'over a billion' : size[what]}, at most ${limits[what]}.`,
      );
  }
}
