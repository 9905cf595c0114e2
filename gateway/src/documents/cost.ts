import {
  GraphQLError,
  Kind,
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  getNullableType,
  isObjectType,
  visit,
  type ASTNode,
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';
import type { ErrorCode } from '#schema/errorCodes.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Graph } from '../graph/graph.ts';
import type { ListSize } from '../graph/costIndex.ts';
import { literalValue } from './literalValue.ts';
import { LruCache } from './lruCache.ts';

type Variables = Readonly<Record<string, unknown>>;
type Costed = Pick<Graph, 'apiSchema' | 'costs'>;

/** A mutation costs this much besides what it returns, as in Apollo's router. */
const mutationWeight = 10;
/** Longer values of variables are not remembered. */
const maxKeyLength = 200;

/** Fields with one name in the answer: they are answered once, with everything that any of them selects. */
interface Answered {
  readonly node: FieldNode;
  readonly sets: SelectionSetNode[];
}

/** What is selected of objects that have one type, or of all objects in a place. */
type Bucket = Map<string, Answered>;

/** Lengths of lists that the field above gives, by field. */
type Sizes = ReadonlyMap<string, number>;
const noSizes: Sizes = new Map();

/**
 * What an operation may cost at most, told before it runs by what the schema declares with `@cost` and `@listSize`: the
 * number of objects in its answer, each with the weight of its field, lists as long as their arguments allow. What
 * several fragments select of the same field counts once.
 */
export class OperationCost {
  readonly #graph: Costed;
  readonly #operation: OperationDefinitionNode;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #assumedListSize: number;
  /** The variables whose values decide about the cost. */
  readonly #deciding: readonly string[];
  /** By the values of those variables. */
  readonly #known = new LruCache<number>(50);

  constructor(document: DocumentNode, operation: OperationDefinitionNode, graph: Costed, assumedListSize: number) {
    this.#graph = graph;
    this.#operation = operation;
    this.#assumedListSize = assumedListSize;
    for (const each of document.definitions)
      if (each.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(each.name.value, each);
    this.#deciding = decidingVariables(document, operation, graph);
  }

  /**
   * The cost with these variables, which have been checked against the operation. @throws Refusal where a field needs
   * one page size and has none or several
   */
  of(variables: Variables): number {
    const key = JSON.stringify(this.#deciding.map((name) => variables[name] ?? null));
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const cost = this.#estimate(variables, true);
    if (key.length <= maxKeyLength) this.#known.set(key, cost);
    return cost;
  }

  /** What it costs when nothing is asked for but what has to be: variables have their defaults, or no value. */
  get usual(): number {
    const defaults = (this.#operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, literalValue(defaultValue)] as const] : [],
    );
    return this.#estimate(Object.fromEntries(defaults), false);
  }

  #estimate(variables: Variables, checksSizes: boolean): number {
    const root = this.#graph.apiSchema.getRootType(this.#operation.operation);
    const estimate = new Estimate(this.#graph, {
      fragments: this.#fragments,
      assumedListSize: this.#assumedListSize,
      variables,
      checksSizes,
    });
    return root ? estimate.operation(this.#operation, root) : 0;
  }
}

interface EstimateOptions {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly assumedListSize: number;
  readonly variables: Variables;
  /** Whether a field that needs one page size is refused without it. */
  readonly checksSizes: boolean;
}

/** One walk through an operation with the values of its variables. */
class Estimate {
  readonly #graph: Costed;
  readonly #options: EstimateOptions;

  constructor(graph: Costed, options: EstimateOptions) {
    this.#graph = graph;
    this.#options = options;
  }

  operation({ operation, selectionSet }: OperationDefinitionNode, root: GraphQLCompositeType): number {
    const buckets = this.#collect([selectionSet], root);
    const fields = [...buckets.values()].reduce((sum, bucket) => sum + bucket.size, 0);
    return (operation === 'mutation' ? fields * mutationWeight : 0) + this.#ofBuckets(buckets, root, noSizes);
  }

  #selections(sets: readonly SelectionSetNode[], type: GraphQLCompositeType, sizes: Sizes): number {
    return this.#ofBuckets(this.#collect(sets, type), type, sizes);
  }

  /** An object has one type: of what is selected for one type alone, that which costs the most counts. */
  #ofBuckets(buckets: ReadonlyMap<string, Bucket>, type: GraphQLCompositeType, sizes: Sizes): number {
    let ofAll = 0;
    let mostOfOne = 0;
    for (const [name, bucket] of buckets) {
      let cost = 0;
      for (const answered of bucket.values()) cost += this.#field(answered, name, sizes);
      if (name === type.name) ofAll += cost;
      else if (isObjectType(this.#graph.apiSchema.getType(name))) mostOfOne = Math.max(mostOfOne, cost);
      else ofAll += cost;
    }
    return ofAll + mostOfOne;
  }

  /** What the sets select, by the type on which they select it, and by name in the answer. */
  #collect(sets: readonly SelectionSetNode[], type: GraphQLCompositeType): Map<string, Bucket> {
    const buckets = new Map<string, Bucket>();
    const collect = (set: SelectionSetNode, on: string): void => {
      for (const selection of set.selections) {
        if (!this.#isIncluded(selection.directives)) continue;
        if (selection.kind === Kind.FIELD) add(buckets, on, selection);
        else {
          const fragment =
            selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#options.fragments.get(selection.name.value)!;
          collect(fragment.selectionSet, this.#narrowed(on, fragment.typeCondition?.name.value));
        }
      }
    };
    for (const set of sets) collect(set, type.name);
    return buckets;
  }

  /** The narrower one of a type and the condition of a fragment. */
  #narrowed(on: string, condition: string | undefined): string {
    const isObject = isObjectType(this.#graph.apiSchema.getType(on));
    return isObject ? on : (condition ?? on);
  }

  #field({ node, sets }: Answered, typeName: string, sizes: Sizes): number {
    const { apiSchema, costs } = this.#graph;
    const name = node.name.value;
    const type = apiSchema.getType(typeName);
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
    // `__typename`, and what tools ask about the schema, which has a size of its own.
    if (!field) return 0;
    const returned = getNamedType(field.type);
    const declared = costs.listSize(typeName, name);
    const length = declared && this.#length(declared, node, field);
    const isList = isListType(getNullableType(field.type));
    const isSized = declared !== undefined && declared.sizedFields.length > 0;
    const count = isList ? (sizes.get(name) ?? (isSized ? undefined : length) ?? this.#options.assumedListSize) : 1;
    const below = isSized ? new Map(declared.sizedFields.map((each) => [each, length!])) : noSizes;
    const one =
      costs.weightOf(typeName, name, returned.name) +
      (isCompositeType(returned) ? this.#selections(sets, returned, below) : 0);
    return this.#arguments(node, typeName, field) + (count === 0 ? 0 : count * one);
  }

  /** How long the list is that a field returns, or those in the object that it returns. */
  #length(size: ListSize, node: FieldNode, field: GraphQLField<unknown, unknown>): number {
    const given = size.slicingArguments.flatMap((name) => {
      const argument = field.args.find((each) => each.name === name);
      const value = argument && this.#valueOf(node.arguments, argument);
      return value === undefined || value === null || Number.isNaN(Number(value)) ? [] : [Math.max(0, Number(value))];
    });
    if (
      this.#options.checksSizes &&
      size.requireOneSlicingArgument &&
      size.slicingArguments.length > 0 &&
      given.length !== 1
    )
      throw Refusal.of(
        'document',
        'GRAPHQL_VALIDATION_FAILED',
        `The field ${field.name} takes exactly one of these page sizes: ${size.slicingArguments.join(', ')}.`,
      );
    return given.length > 0 ? Math.max(...given) : (size.assumedSize ?? this.#options.assumedListSize);
  }

  /** The value of an argument: as written, or by its variable, or by default. */
  #valueOf(nodes: readonly ArgumentNode[] | undefined, argument: GraphQLArgument): unknown {
    const value = nodes?.find((each) => each.name.value === argument.name)?.value;
    const given = value && literalValue(value, this.#options.variables);
    return given === undefined ? argument.defaultValue : given;
  }

  #arguments(node: FieldNode, typeName: string, field: GraphQLField<unknown, unknown>): number {
    const { costs } = this.#graph;
    let sum = 0;
    for (const argument of field.args) {
      const own = costs.weightOfArgument(typeName, field.name, argument.name);
      if (own === 0 && !costs.isCostlyInput(getNamedType(argument.type).name)) continue;
      const value = this.#valueOf(node.arguments, argument);
      if (value !== undefined && value !== null) sum += own + this.#ofInput(value, argument.type);
    }
    return sum;
  }

  /** What a value of an input type costs by the fields that it has. */
  #ofInput(value: unknown, inputType: GraphQLInputType): number {
    const type = getNamedType(inputType);
    const { costs } = this.#graph;
    if (!isInputObjectType(type) || !costs.isCostlyInput(type.name)) return 0;
    if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + this.#ofInput(each, type), 0);
    let sum = 0;
    for (const [name, each] of Object.entries((value ?? {}) as Record<string, unknown>)) {
      const field = type.getFields()[name];
      if (field && each !== undefined && each !== null)
        sum += costs.weightOfInputField(type.name, name) + this.#ofInput(each, field.type);
    }
    return sum;
  }

  /** Conditions by variables that are not there count as not met. */
  #isIncluded(directives: readonly DirectiveNode[] | undefined): boolean {
    return (directives ?? []).every(({ name, arguments: given }) => {
      const wanted = name.value === 'include' ? true : name.value === 'skip' ? false : undefined;
      const value = given?.find((each) => each.name.value === 'if')?.value;
      return wanted === undefined || !value || literalValue(value, this.#options.variables) === wanted;
    });
  }
}

function add(buckets: Map<string, Bucket>, on: string, node: FieldNode): void {
  const bucket: Bucket = buckets.get(on) ?? new Map<string, Answered>();
  buckets.set(on, bucket);
  const name = node.alias?.value ?? node.name.value;
  const known = bucket.get(name) ?? { node, sets: [] };
  bucket.set(name, known);
  if (node.selectionSet) known.sets.push(node.selectionSet);
}

/** The variables by which pages are as long as they are, parts are left out, or an argument costs something. */
function decidingVariables(document: DocumentNode, operation: OperationDefinitionNode, { costs }: Costed): string[] {
  const found = new Set<string>();
  for (const { variable, type } of operation.variableDefinitions ?? [])
    if (costs.isCostlyInput(namedTypeOf(type))) found.add(variable.name.value);
  const note = (node: ASTNode): void => {
    visit(node, { Variable: (each) => void found.add(each.name.value) });
  };
  visit(document, {
    Directive: (node) => (node.name.value === 'skip' || node.name.value === 'include' ? note(node) : undefined),
    Argument: ({ name, value }) =>
      costs.counts(name.value) || value.kind === Kind.OBJECT || value.kind === Kind.LIST ? note(value) : undefined,
  });
  return [...found];
}

const namedTypeOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type);

/** @throws Refusal for an operation that costs more than it may */
export function checkCost(cost: number, limit: number): void {
  if (cost <= limit) return;
  const estimated = Math.min(Math.ceil(cost), Number.MAX_SAFE_INTEGER);
  throw new Refusal('document', [
    new GraphQLError(
      `The request may cost ${estimated}, and at most ${limit} is allowed at once. Ask for shorter pages or fewer of them.`,
      { extensions: { code: 'COST_LIMIT_EXCEEDED' satisfies ErrorCode, cost: { estimated, limit } } },
    ),
  ]);
}
