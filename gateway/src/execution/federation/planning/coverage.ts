import type { PlanNode } from '@apollo/query-planner';
import { Kind, parse, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';

/** What the planner makes no plan for: it says so, or leaves out a field without a word. */
export class Unplannable extends Error {
  override readonly name = 'Unplannable';
}

type Covered = Map<string, Covered>;

/** The planner gives fields of one name and different types names of their own in a fetch. */
export const withoutPlannerAlias = (name: string): string => name.replace(/__alias_\d+$/, '');

const below = (covered: Covered, name: string): Covered => {
  let inner = covered.get(name);
  if (!inner) covered.set(name, (inner = new Map()));
  return inner;
};

function cover(set: SelectionSetNode, covered: Covered): void {
  for (const each of set.selections) {
    if (each.kind === Kind.FIELD) {
      const inner = below(covered, withoutPlannerAlias((each.alias ?? each.name).value));
      if (each.selectionSet) cover(each.selectionSet, inner);
    } else if (each.kind === Kind.INLINE_FRAGMENT) cover(each.selectionSet, covered);
  }
}

function coverPlan(node: PlanNode, covered: Covered): void {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      node.nodes.forEach((each) => coverPlan(each, covered));
      return;
    case 'Flatten': {
      const names = node.path.map((each) => String(each).replace(/\|.*/, '')).filter((each) => each && each !== '@');
      coverPlan(
        node.node,
        names.reduce((at, name) => below(at, name), covered),
      );
      return;
    }
    case 'Fetch': {
      const { selectionSet } = parse(node.operation, { noLocation: true }).definitions[0] as OperationDefinitionNode;
      const entities = selectionSet.selections[0];
      cover(node.requires && entities?.kind === Kind.FIELD ? entities.selectionSet! : selectionSet, covered);
      return;
    }
    default:
      throw new Error(`the planner made a ${node.kind}, which was not asked for`);
  }
}

function check(set: SelectionSetNode, covered: Covered, path: readonly string[]): void {
  for (const each of set.selections) {
    // Whether a field under a type condition can be had depends on the type, which the data decides.
    if (each.kind !== Kind.FIELD || each.name.value === '__typename') continue;
    const inner = covered.get((each.alias ?? each.name).value);
    const at = [...path, each.name.value];
    if (!inner) throw new Unplannable(`No subgraph can be asked for ${at.join('.')} here.`);
    if (each.selectionSet) check(each.selectionSet, inner, at);
  }
}

/** @throws Unplannable if a field of the normalised operation stands in no fetch */
export function checkCoverage(operation: SelectionSetNode, plan: PlanNode | undefined): void {
  const covered: Covered = new Map();
  if (plan) coverPlan(plan, covered);
  check(operation, covered, []);
}
