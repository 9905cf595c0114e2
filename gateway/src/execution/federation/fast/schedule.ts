import type { FetchStep, PlanStep } from '../planning/compiledPlan.ts';
import type { PlacePath } from '../running/places.ts';
import { NotCovered } from './openTree.ts';

/** A fetch of a plan, with where it stands and what it waits for. */
export interface ScheduledStep {
  readonly index: number;
  readonly fetch: FetchStep;
  /** From the root. */
  readonly path: PlacePath;
  readonly after: readonly number[];
  /** How many fetches come before it, one after the other. */
  readonly level: number;
}

/** Fetches that go to a subgraph in one request. */
export interface StepGroup {
  readonly index: number;
  readonly subgraph: string;
  readonly steps: readonly ScheduledStep[];
  /** Groups that it waits for. */
  readonly after: readonly number[];
}

/** The fetches of a plan, in an order in which none comes before what it waits for. */
export function scheduled(plan: PlanStep | undefined): ScheduledStep[] {
  const out: ScheduledStep[] = [];
  const visit = (step: PlanStep, path: PlacePath, after: readonly number[]): readonly number[] => {
    switch (step.kind) {
      case 'at':
        return visit(step.step, [...path, ...step.path], after);
      case 'parallel':
        return step.steps.flatMap((each) => visit(each, path, after));
      case 'sequence':
        return step.steps.reduce((before, each) => visit(each, path, before), after);
      case 'fetch': {
        if (!step.entities && path.length > 0) throw new NotCovered('a root within the answer');
        if (step.outputRewrites.length > 0 || step.contextRewrites.length > 0) throw new NotCovered('rewrites');
        const level = Math.max(0, ...after.map((each) => out[each]!.level + 1));
        out.push({ index: out.length, fetch: step, path, after, level });
        return [out.length - 1];
      }
    }
  };
  if (plan) visit(plan, [], []);
  return out;
}

/** Fetches of entities that are ready at the same time and go to the same subgraph become one request. */
export function grouped(steps: readonly ScheduledStep[]): StepGroup[] {
  const byKey = new Map<string, ScheduledStep[]>();
  for (const step of steps) {
    const key = step.fetch.entities ? `${step.level} ${step.fetch.subgraph}` : `root ${step.index}`;
    if (!byKey.has(key)) byKey.set(key, []);
    byKey.get(key)!.push(step);
  }
  const all = [...byKey.values()].sort(([a], [b]) => a!.level - b!.level);
  const groupOf = new Map(all.flatMap((members, group) => members.map(({ index }) => [index, group] as const)));
  return all.map((members, index) => ({
    index,
    subgraph: members[0]!.fetch.subgraph,
    steps: members,
    after: [...new Set(members.flatMap(({ after }) => after.map((each) => groupOf.get(each)!)))],
  }));
}
