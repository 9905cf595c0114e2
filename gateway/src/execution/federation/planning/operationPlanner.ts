import { Supergraph, operationFromDocument, type Schema } from '@apollo/federation-internals';
import { QueryPlanner, type PlanNode, type QueryPlan } from '@apollo/query-planner';
import {
  Kind,
  print,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { LruCache } from '../../../documents/lruCache.ts';
import { supportedFeatures, type Graph } from '../../../graph/graph.ts';
import { SelectionShape } from './answerShape.ts';
import { compileFetch, type FetchSource } from './compileFetch.ts';
import type { PlanStep } from './compiledPlan.ts';
import { conditionVariables } from './conditions.ts';
import { Unplannable, checkCoverage } from './coverage.ts';
import { lookUpExternalFields } from './externalFields.ts';
import { FieldNames } from './fieldNames.ts';
import type { MadePlan, MadePlans } from './madePlans.ts';
import { normalise, type Selections } from './normalise.ts';
import { planningSupergraph, type PlanningSupergraph } from './planningSupergraph.ts';
import { placePath } from '../running/places.ts';

/** An operation as it is run, under values of its conditions. */
export interface CompiledOperation {
  /** Undefined if nothing is to be fetched. */
  readonly step: PlanStep | undefined;
  readonly rootType: GraphQLObjectType;
  readonly shape: SelectionShape;
}

/** What is found out once of a document. */
export interface OperationSource {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly names: FieldNames;
  /** Variables on which it depends what is asked for. */
  readonly conditions: readonly string[];
}

interface LoadedPlanner {
  readonly planner: QueryPlanner;
  readonly schema: Schema;
}

export interface PlannerOptions {
  /** Plans that were made before; what is not among them is planned when it is asked for. */
  readonly made?: MadePlans;
  /** Hears of each plan that is made. */
  readonly onPlan?: (operation: string, plan: MadePlan) => void;
}

/** Operations to plans, by Apollo's planner, which is shown nothing but the names of fields. */
export class OperationPlanner {
  readonly #graph: Graph;
  readonly #options: PlannerOptions;
  #planningGraph: PlanningSupergraph | undefined;
  #loaded: LoadedPlanner | undefined;
  /** By normalised operation: documents that differ in aliases and arguments only share them. */
  readonly #plans = new LruCache<MadePlan>(500_000);

  constructor(graph: Graph, options: PlannerOptions = {}) {
    this.#graph = graph;
    this.#options = options;
  }

  /** Building it takes a second, and much memory: who asks for nothing but what was planned before does without. */
  #load(): LoadedPlanner {
    if (this.#loaded) return this.#loaded;
    // The graph that clients see was validated; this one is derived from it.
    const supergraph = Supergraph.build(this.planningGraph.document, { supportedFeatures, validateSupergraph: false });
    const planner = new QueryPlanner(supergraph, { reuseQueryFragments: false, typeConditionedFetching: true });
    lookUpExternalFields(planner);
    this.#loaded = { planner, schema: supergraph.apiSchema() };
    return this.#loaded;
  }

  get planningGraph(): PlanningSupergraph {
    return (this.#planningGraph ??= planningSupergraph(this.#graph.document));
  }

  source(document: DocumentNode, operation: OperationDefinitionNode): OperationSource {
    const graph = this.planningGraph;
    return {
      document,
      operation,
      fragments: new Map(
        document.definitions.flatMap((each) =>
          each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
        ),
      ),
      names: new FieldNames(document, this.#graph.apiSchema, graph.prefix, graph.calls.plainNames),
      conditions: conditionVariables(document),
    };
  }

  /**
   * @param overrides labels of progressive overrides that hold for the caller
   * @throws Unplannable
   */
  compile(
    source: OperationSource,
    variables: Readonly<Record<string, unknown>>,
    overrides: ReadonlySet<string>,
  ): CompiledOperation {
    const { operation, fragments, names } = source;
    const { interfaceObjects, requiring, askedByType } = this.planningGraph;
    const rootType = this.#graph.apiSchema.getRootType(operation.operation)!;
    const selections: Selections = {
      schema: this.#graph.apiSchema,
      fragments,
      names,
      variables,
      interfaceObjects,
      requiring,
      askedByType,
    };
    const normalised = normalise(selections, [operation.selectionSet], rootType, 'root');
    const node = normalised.selections.length > 0 ? this.#plan(operation, normalised, overrides) : 'empty';
    const definitions = new Map((operation.variableDefinitions ?? []).map((each) => [each.variable.name.value, each]));
    const schema = this.#graph.supergraphSchema;
    return {
      step: node === 'empty' ? undefined : compileNode({ graph: this.planningGraph, schema, names, definitions }, node),
      rootType,
      shape: new SelectionShape(selections, [operation.selectionSet]),
    };
  }

  #plan(
    { operation, name }: OperationDefinitionNode,
    selectionSet: SelectionSetNode,
    overrides: ReadonlySet<string>,
  ): MadePlan {
    const definition: OperationDefinitionNode = { kind: Kind.OPERATION_DEFINITION, operation, name, selectionSet };
    const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [definition] };
    const key = `${[...overrides].sort().join(',')}\n${print(document)}`;
    const known = this.#options.made?.get(key) ?? this.#plans.get(key);
    if (known) return known;
    const node = this.#planned(document, overrides);
    if (node?.kind === 'Subscription')
      throw new Error('a subscription has no plan: its events are answered by queries');
    checkCoverage(selectionSet, node);
    const made = node ?? 'empty';
    this.#plans.set(key, made, key.length);
    this.#options.onPlan?.(key, made);
    return made;
  }

  #planned(document: DocumentNode, overrides: ReadonlySet<string>): QueryPlan['node'] {
    const { planner, schema } = this.#load();
    const overrideConditions = new Map(
      [...this.planningGraph.overrideLabels].map((label) => [label, overrides.has(label)]),
    );
    try {
      return planner.buildQueryPlan(operationFromDocument(schema, document, { validate: false }), {
        overrideConditions,
      }).node;
    } catch (error) {
      throw new Unplannable(`The planner found no way to ask the subgraphs for this: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}

function compileNode(source: FetchSource, node: PlanNode): PlanStep {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return {
        kind: node.kind === 'Sequence' ? 'sequence' : 'parallel',
        steps: node.nodes.map((each) => compileNode(source, each)),
      };
    case 'Flatten':
      return { kind: 'at', path: placePath(node.path), step: compileNode(source, node.node) };
    case 'Fetch':
      return compileFetch(source, node);
    default:
      throw new Error(`the planner made a ${node.kind}, which was not asked for`);
  }
}
