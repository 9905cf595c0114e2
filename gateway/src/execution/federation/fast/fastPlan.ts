import type { GraphQLSchema } from 'graphql';
import type { EntityFetch } from '../planning/compiledPlan.ts';
import type { CompiledOperation } from '../planning/operationPlanner.ts';
import { typeConditionOf } from '../running/rewrite.ts';
import { CodeGenerator, type CodedPlan, type CodedStep, type SharedCodes } from './generateCode.ts';
import { groupRequest, selectionOf, type GroupRequest, type StepSelection } from './groupRequest.ts';
import { NotCovered, OpenTree, isOf } from './openTree.ts';
import type { PlanWork } from './planWork.ts';
import { grouped, scheduled, type StepGroup } from './schedule.ts';

/** A group of fetches with the request for it. */
export interface PlannedGroup extends StepGroup {
  readonly request: GroupRequest;
}

/** A plan with the code that reads the answers of its subgraphs, and writes the client's. */
export interface FastPlan extends CodedPlan {
  readonly groups: readonly PlannedGroup[];
  /** What is under way and can be joined, by the bytes of the answer that came first. */
  readonly works: Map<Buffer, PlanWork>;
}

export interface FastSchemas {
  readonly api: GraphQLSchema;
  /** With what clients do not see. */
  readonly whole: GraphQLSchema;
  readonly interfaceObjects: ReadonlySet<string>;
}

/** @throws NotCovered for a plan that is run in the general way */
export function fastPlan(
  { step, rootType, shape }: CompiledOperation,
  schemas: FastSchemas,
  codes: SharedCodes,
): FastPlan {
  const tree = new OpenTree(schemas.api, schemas.whole, schemas.interfaceObjects, { type: rootType, shape });
  const steps = scheduled(step);
  const selections = new Map<number, StepSelection>();
  const coded = steps.map(({ index, fetch, path }): CodedStep => {
    const selection = selectionOf(fetch);
    selections.set(index, selection);
    const targets = fetch.entities ? [...new Set(tree.open(path))] : [tree.root];
    for (const place of targets) tree.add(place, [selection.selectionSet], index);
    return {
      index,
      path,
      targets,
      requires: fetch.entities?.requires,
      sentType: (type) => sentType(schemas.whole, fetch.entities, type),
    };
  });
  for (const { targets, requires } of coded)
    for (const place of targets) for (const typed of place.typed.values()) if (requires) tree.require(typed, requires);
  return {
    ...new CodeGenerator(tree, codes).generate(coded),
    works: new Map(),
    groups: grouped(steps).map((group) => ({ ...group, request: groupRequest(group, selections) })),
  };
}

/** The type that an entity is sent as: a subgraph may know it by the name of an interface only. */
function sentType(schema: GraphQLSchema, entities: EntityFetch | undefined, type: string): string {
  let sent = type;
  for (const each of entities?.inputRewrites ?? []) {
    const condition = each.path.length === 2 ? typeConditionOf(each.path[0]!) : undefined;
    if (each.kind !== 'ValueSetter' || condition === undefined || each.path[1] !== '__typename')
      throw new NotCovered('rewrites');
    const known = schema.getType(sent);
    if (known && 'getFields' in known && isOf(schema, known as never, condition)) sent = String(each.setValueTo);
  }
  return sent;
}
