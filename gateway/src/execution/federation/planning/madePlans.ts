import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PlanNode } from '@apollo/query-planner';

/** What the planner answers; `empty` if nothing is to be fetched. */
export type MadePlan = PlanNode | 'empty';

/** Plans that were made before a graph is served, by the operation that the planner was asked. */
export type MadePlans = ReadonlyMap<string, MadePlan>;

interface PlansFile {
  /** The hash of the supergraph that the plans are for. */
  readonly supergraph: string;
  readonly plans: Readonly<Record<string, MadePlan>>;
}

const hashOf = (supergraph: string): string => createHash('sha256').update(supergraph).digest('hex');

/** The text of a file of plans for this supergraph, which `readPlans` reads. */
export const plansText = (supergraph: string, plans: MadePlans): string =>
  `${JSON.stringify({ supergraph: hashOf(supergraph), plans: Object.fromEntries(plans) } satisfies PlansFile)}\n`;

/**
 * The plans in a file. There are none if the file is missing or was made for another supergraph: everything is then
 * planned when it is needed.
 */
export function readPlans(file: URL, supergraph: string): MadePlans {
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as PlansFile;
    return new Map(read.supergraph === hashOf(supergraph) ? Object.entries(read.plans) : []);
  } catch {
    return new Map();
  }
}
