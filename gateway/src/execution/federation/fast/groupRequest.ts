import { createHash } from 'node:crypto';
import {
  Kind,
  parse,
  print,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type VariableDefinitionNode,
} from 'graphql';
import { stringifyExactly } from '../../../documents/exactNumber.ts';
import { isQuery } from '../../dataSources/written.ts';
import type { FetchStep } from '../planning/compiledPlan.ts';
import { NotCovered } from './openTree.ts';
import type { StepGroup } from './schedule.ts';

/** What fetches of a request ask of entities in the same words: they are told once, for all of them. */
export interface EntityUnit {
  /** The name under which its answer stands. */
  readonly alias: string;
  readonly variable: string;
  /** What stands in the request before its representations. */
  readonly start: Buffer;
  readonly steps: readonly number[];
}

/** A request that is written but for the values of its variables. */
export interface GroupRequest {
  readonly query: string;
  /** The same for all queries that differ in the operation's name only. */
  readonly sameAs: string;
  readonly isQuery: boolean;
  /** Undefined for a fetch at the root. */
  readonly units: readonly EntityUnit[] | undefined;
  /** Of the client's variables, those that go along. */
  readonly variables: readonly string[];
  /** What stands before the variables, and after them. */
  readonly start: Buffer;
  readonly end: Buffer;
}

export interface StepSelection {
  readonly operation: OperationDefinitionNode;
  /** What it asks for at its place. */
  readonly selectionSet: SelectionSetNode;
}

export function selectionOf({ query, entities }: FetchStep): StepSelection {
  const { definitions } = parse(query, { noLocation: true });
  const [operation] = definitions;
  if (definitions.length !== 1 || operation?.kind !== Kind.OPERATION_DEFINITION)
    throw new NotCovered('a fetch of several definitions');
  if (!entities) return { operation, selectionSet: operation.selectionSet };
  const [field] = operation.selectionSet.selections;
  if (field?.kind !== Kind.FIELD || field.name.value !== '_entities' || operation.selectionSet.selections.length > 1)
    throw new NotCovered('entities beside something else');
  return { operation, selectionSet: field.selectionSet! };
}

const nameNode = (value: string) => ({ kind: Kind.NAME, value }) as const;

export function groupRequest({ steps }: StepGroup, selections: ReadonlyMap<number, StepSelection>): GroupRequest {
  const fetches = steps.map(({ fetch }) => fetch);
  const variables = [...new Set(fetches.flatMap((each) => each.variables))];
  const [first] = fetches as [FetchStep];
  if (!first.entities) return request(first.query, first.operationName, undefined, variables);
  const units: EntityUnit[] = [];
  const fields: FieldNode[] = [];
  const definitions = new Map<string, VariableDefinitionNode>();
  const unitByText = new Map<string, number[]>();
  for (const { index, fetch } of steps) {
    const { operation, selectionSet } = selections.get(index)!;
    const text = print(selectionSet);
    for (const each of operation.variableDefinitions ?? [])
      if (each.variable.name.value !== fetch.entities!.variable) definitions.set(each.variable.name.value, each);
    const known = unitByText.get(text);
    if (known) {
      known.push(index);
      continue;
    }
    const members = [index];
    unitByText.set(text, members);
    const number = units.length;
    const variable = fetch.entities!.variable + (number === 0 ? '' : `_${number}`);
    const alias = number === 0 ? '_entities' : `_entities_${number}`;
    const [field] = operation.selectionSet.selections as [FieldNode];
    fields.push({
      ...field,
      ...(number === 0 ? {} : { alias: nameNode(alias) }),
      arguments: field.arguments?.map((each) => ({
        ...each,
        value: { kind: Kind.VARIABLE, name: nameNode(variable) } as const,
      })),
    });
    const own = operation.variableDefinitions!.find((each) => each.variable.name.value === fetch.entities!.variable)!;
    definitions.set(`unit ${number}`, { ...own, variable: { ...own.variable, name: nameNode(variable) } });
    units.push({ alias, variable, start: Buffer.from(`"${variable}":[`), steps: members });
  }
  if (units.some(({ variable }, index) => index > 0 && definitions.has(variable)))
    throw new NotCovered('a variable that is called like ours');
  if (units.length === 1) return request(first.query, first.operationName, units, variables);
  const { operation } = selections.get(steps[0]!.index)!;
  const query = print({
    ...operation,
    variableDefinitions: [...definitions.values()],
    selectionSet: { kind: Kind.SELECTION_SET, selections: fields },
  });
  return request(query, first.operationName, units, variables);
}

function request(
  query: string,
  operationName: string | undefined,
  units: readonly EntityUnit[] | undefined,
  variables: readonly string[],
): GroupRequest {
  const end = operationName === undefined ? '}}' : `},"operationName":${JSON.stringify(operationName)}}`;
  return {
    query,
    // The name stands before everything else but the word `query`.
    sameAs: createHash('sha256')
      .update(operationName ? query.replace(operationName, '') : query)
      .digest('base64'),
    isQuery: isQuery(query),
    units,
    variables,
    start: Buffer.from(`{"query":${JSON.stringify(query)},"variables":{`),
    end: Buffer.from(end),
  };
}

/** A variable of the client's, as it stands in requests; undefined if it has none of this name. */
export function variableText(name: string, variables: Readonly<Record<string, unknown>>): Buffer | undefined {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  return value === undefined ? undefined : Buffer.from(`${JSON.stringify(name)}:${stringifyExactly(value)}`);
}
