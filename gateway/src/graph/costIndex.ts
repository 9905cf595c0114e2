import type { Supergraph } from '@apollo/federation-internals';
import {
  Kind,
  isInterfaceType,
  isLeafType,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  type TypeNode,
} from 'graphql';

/** What `@listSize` says of a field that returns a list, or an object with lists in it. */
export interface ListSize {
  readonly assumedSize?: number;
  /** Arguments that say how long the list may be, such as `first`. */
  readonly slicingArguments: readonly string[];
  /** Fields of the returned object that are lists of this length. Without any, the field itself is the list. */
  readonly sizedFields: readonly string[];
  readonly requireOneSlicingArgument: boolean;
}

const identity = 'https://specs.apollo.dev/cost';

/** What a supergraph calls the directives: whoever composes it may import them under other names. */
interface CostNames {
  readonly cost: string;
  readonly listSize: string;
}

const usualNames: CostNames = { cost: 'cost', listSize: 'listSize' };

export function costNamesOf({ schema }: Supergraph): CostNames {
  const feature = schema.coreFeatures?.getByIdentity(identity);
  return {
    cost: feature?.directiveNameInSchema('cost') ?? usualNames.cost,
    listSize: feature?.directiveNameInSchema('listSize') ?? usualNames.listSize,
  };
}

/**
 * What `@cost` and `@listSize` say in a supergraph, by the cost specification of Apollo Federation 2.9, which follows
 * IBM's GraphQL Cost Directives.
 */
export class CostIndex {
  readonly #schema: GraphQLSchema;
  /** By `Type`, `Type.field`, `Type.field.argument` and `Input.field`. */
  readonly #weights = new Map<string, number>();
  /** By `Type.field`. */
  readonly #sizes = new Map<string, ListSize>();
  /** Names of all arguments whose values decide about costs. */
  readonly #counted = new Set<string>();
  readonly #costlyInputs: ReadonlySet<string>;

  constructor(document: DocumentNode, apiSchema: GraphQLSchema, names: CostNames = usualNames) {
    this.#schema = apiSchema;
    const inputs = new Map<string, readonly InputValueDefinitionNode[]>();
    for (const definition of document.definitions) {
      if (!('name' in definition) || !definition.name || !('directives' in definition)) continue;
      const type = definition.name.value;
      this.#weigh(type, definition.directives as readonly ConstDirectiveNode[], names.cost);
      if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
        inputs.set(type, definition.fields ?? []);
        for (const field of definition.fields ?? [])
          this.#weigh(`${type}.${field.name.value}`, field.directives, names.cost);
      }
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
        continue;
      for (const field of definition.fields ?? []) {
        const place = `${type}.${field.name.value}`;
        this.#weigh(place, field.directives, names.cost);
        for (const argument of field.arguments ?? [])
          if (this.#weigh(`${place}.${argument.name.value}`, argument.directives, names.cost))
            this.#counted.add(argument.name.value);
        const size = listSizeIn(field.directives, names.listSize);
        if (!size) continue;
        this.#sizes.set(place, size);
        size.slicingArguments.forEach((each) => this.#counted.add(each));
      }
    }
    this.#costlyInputs = costlyInputs(inputs, this.#weights);
  }

  #weigh(place: string, directives: Directives, name: string): boolean {
    const weight = argumentsOf(directives, name)?.['weight'];
    if (typeof weight !== 'number') return false;
    this.#weights.set(place, weight);
    return true;
  }

  /** What one value of a field costs: by its own `@cost`, or that of its type, or else 1 for an object. */
  weightOf(typeName: string, fieldName: string, returned: string): number {
    const own = this.#declared(typeName, (name) => this.#weights.get(`${name}.${fieldName}`), Math.max);
    return own ?? this.#weights.get(returned) ?? (isLeafType(this.#schema.getType(returned)) ? 0 : 1);
  }

  weightOfArgument = (typeName: string, fieldName: string, argument: string): number =>
    this.#weights.get(`${typeName}.${fieldName}.${argument}`) ?? 0;

  weightOfInputField = (typeName: string, fieldName: string): number =>
    this.#weights.get(`${typeName}.${fieldName}`) ?? 0;

  listSize = (typeName: string, fieldName: string): ListSize | undefined =>
    this.#declared(
      typeName,
      (name) => this.#sizes.get(`${name}.${fieldName}`),
      (a, b) => ((b.assumedSize ?? 0) > (a.assumedSize ?? 0) ? b : a),
    );

  /** Whether the value of an argument with this name may decide about costs. */
  counts = (argument: string): boolean => this.#counted.has(argument);

  /** Whether a value of this input type may cost something of its own. */
  isCostlyInput = (typeName: string): boolean => this.#costlyInputs.has(typeName);

  /** What a type declares; for an interface that says nothing, the most that one of its types declares. */
  #declared<T extends object | number>(
    typeName: string,
    of: (name: string) => T | undefined,
    most: (a: T, b: T) => T,
  ): T | undefined {
    const own = of(typeName);
    const type = this.#schema.getType(typeName);
    if (own !== undefined || !isInterfaceType(type)) return own;
    const each = this.#schema.getPossibleTypes(type).flatMap(({ name }) => {
      const declared = of(name);
      return declared === undefined ? [] : [declared];
    });
    return each.length > 0 ? each.reduce((a, b) => most(a, b)) : undefined;
  }
}

type Directives = readonly ConstDirectiveNode[] | undefined;

/** The arguments of a directive by name; undefined where it is not declared. */
function argumentsOf(directives: Directives, name: string): Readonly<Record<string, unknown>> | undefined {
  const found = directives?.find((each) => each.name.value === name);
  return (
    found &&
    Object.fromEntries((found.arguments ?? []).map((each) => [each.name.value, valueFromASTUntyped(each.value)]))
  );
}

function listSizeIn(directives: Directives, name: string): ListSize | undefined {
  const said = argumentsOf(directives, name) as Partial<ListSize> | undefined;
  return (
    said && {
      assumedSize: said.assumedSize ?? undefined,
      slicingArguments: said.slicingArguments ?? [],
      sizedFields: said.sizedFields ?? [],
      requireOneSlicingArgument: said.requireOneSlicingArgument ?? true,
    }
  );
}

/** The input types that hold, at any depth, something with a weight. */
function costlyInputs(
  inputs: ReadonlyMap<string, readonly InputValueDefinitionNode[]>,
  weights: ReadonlyMap<string, number>,
): ReadonlySet<string> {
  const costly = new Set<string>();
  for (let before = -1; before !== costly.size;) {
    before = costly.size;
    for (const [type, fields] of inputs)
      if (fields.some(({ name, type: of }) => weights.has(`${type}.${name.value}`) || costly.has(namedTypeOf(of))))
        costly.add(type);
  }
  return costly;
}

const namedTypeOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type);
