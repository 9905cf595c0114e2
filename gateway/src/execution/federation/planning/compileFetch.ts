import type { FetchNode } from '@apollo/query-planner';
import {
  Kind,
  parse,
  print,
  visit,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { EntityFetch, FetchStep, PlanStep, RequiredSelection, Requirement } from './compiledPlan.ts';
import { withoutPlannerAlias } from './coverage.ts';
import { expectedAnswer } from './expectedAnswer.ts';
import type { FieldNames } from './fieldNames.ts';
import type { PlanningSupergraph } from './planningSupergraph.ts';
import { splitFetch, type FetchPart } from './splitFetch.ts';

const nameNode = (value: string) => ({ kind: Kind.NAME, value }) as const;

/** What the fetches of a document have in common. */
export interface FetchSource {
  readonly graph: PlanningSupergraph;
  /** The whole supergraph, with what clients do not see. */
  readonly schema: GraphQLSchema;
  readonly names: FieldNames;
  /** The client's variables, by name. */
  readonly definitions: ReadonlyMap<string, VariableDefinitionNode>;
}

/** A fetch as the planner made it, with the arguments put back; more than one where its requirements conflict. */
export function compileFetch(source: FetchSource, node: FetchNode): PlanStep {
  const operation = parse(node.operation, { noLocation: true }).definitions[0] as OperationDefinitionNode;
  if (!node.requires) return compilePart(source, node, { requires: [], operation });
  const parts = splitFetch(source.graph, node.serviceName, { requires: node.requires, operation }).map((part) =>
    compilePart(source, node, part),
  );
  return parts.length === 1 ? parts[0]! : { kind: 'parallel', steps: parts };
}

function compilePart(source: FetchSource, node: FetchNode, { requires, operation }: FetchPart): FetchStep {
  const variable = node.requires ? representationsName(source) : undefined;
  const called = withCalls(source, operation);
  const renamed = variable === undefined ? called : withVariable(called, variable);
  const used = new Set<string>();
  visit(renamed.selectionSet, { Variable: ({ name }) => void used.add(name.value) });
  const variables = [...used].filter((name) => source.definitions.has(name));
  const asked: OperationDefinitionNode = {
    ...renamed,
    directives: [],
    variableDefinitions: [
      ...(renamed.variableDefinitions ?? []),
      ...variables.map((name) => ({ ...source.definitions.get(name)!, directives: [], description: undefined })),
    ],
  };
  const atPlace =
    variable === undefined ? asked.selectionSet : (asked.selectionSet.selections[0] as FieldNode).selectionSet!;
  const entities: EntityFetch | undefined =
    variable === undefined
      ? undefined
      : { requires: requirements(source.graph, requires), variable, inputRewrites: node.inputRewrites ?? [] };
  return {
    kind: 'fetch',
    subgraph: node.serviceName,
    query: print(asked),
    operationName: asked.name?.value,
    variables,
    entities,
    outputs: outputsOf(atPlace),
    fields: fieldsOf(atPlace),
    expected: expectedAnswer(source.schema, asked, atPlace, entities !== undefined),
    outputRewrites: node.outputRewrites ?? [],
    contextRewrites: node.contextRewrites ?? [],
    renamed: renamedBy(node),
  };
}

function representationsName({ definitions }: FetchSource): string {
  let name = 'representations';
  while (definitions.has(name)) name += '_';
  return name;
}

/** Arguments are taken from the client's document, or from what is required, as they are written there. */
function withCalls({ graph, names }: FetchSource, operation: OperationDefinitionNode): OperationDefinitionNode {
  return visit(operation, {
    Field(node) {
      const required = graph.calls.call(node.name.value);
      if (required)
        return {
          ...node,
          alias: node.alias ?? node.name,
          name: nameNode(required.field),
          arguments: [...required.arguments, ...(node.arguments ?? [])],
        };
      const given = names.argumentsOf(withoutPlannerAlias((node.alias ?? node.name).value));
      return given ? { ...node, arguments: [...(node.arguments ?? []), ...given] } : undefined;
    },
  });
}

/** The representations in a variable of this name. */
function withVariable(operation: OperationDefinitionNode, variable: string): OperationDefinitionNode {
  if (variable === 'representations') return operation;
  return {
    ...operation,
    variableDefinitions: operation.variableDefinitions?.map((each) =>
      each.variable.name.value === 'representations'
        ? { ...each, variable: { ...each.variable, name: nameNode(variable) } }
        : each,
    ),
    selectionSet: {
      ...operation.selectionSet,
      selections: operation.selectionSet.selections.map((each) =>
        each.kind === Kind.FIELD
          ? {
              ...each,
              arguments: each.arguments?.map((argument) => ({
                ...argument,
                value: { kind: Kind.VARIABLE, name: nameNode(variable) } as const,
              })),
            }
          : each,
      ),
    },
  };
}

function requirements(graph: PlanningSupergraph, selections: readonly RequiredSelection[]): Requirement[] {
  return selections.map((each) =>
    each.kind === 'InlineFragment'
      ? { kind: 'on', type: each.typeCondition, parts: requirements(graph, each.selections) }
      : {
          kind: 'field',
          name: each.alias ?? each.name,
          sentAs: graph.calls.originalName(each.name),
          parts: each.selections && requirements(graph, each.selections),
        },
  );
}

function outputsOf(set: SelectionSetNode, out = new Set<string>()): Set<string> {
  for (const each of set.selections) {
    if (each.kind === Kind.FIELD) out.add(withoutPlannerAlias((each.alias ?? each.name).value));
    else if (each.kind === Kind.INLINE_FRAGMENT) outputsOf(each.selectionSet, out);
  }
  return out;
}

function fieldsOf(set: SelectionSetNode): Set<string> {
  const fields = new Set<string>();
  visit(set, { Field: (node) => void fields.add(withoutPlannerAlias((node.alias ?? node.name).value)) });
  return fields;
}

function renamedBy({ outputRewrites = [] }: FetchNode): Map<string, string> {
  return new Map(
    outputRewrites.flatMap((each) => (each.kind === 'KeyRenamer' ? [[each.path.at(-1)!, each.renameKeyTo]] : [])),
  );
}
