import type { CpuProfile, ProfileNode } from './inspector.ts';

/** A function as it was called by the functions above it, with the milliseconds that were seen in it. */
export interface Call {
  readonly node: ProfileNode;
  readonly self: number;
  readonly total: number;
  readonly children: readonly Call[];
}

/** The calls of a profile as a tree; the time in which the process waited for something to do is left out. */
export function callTree({ nodes, samples, timeDeltas }: CpuProfile): Call {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const seen = new Map<number, number>();
  samples.forEach((id, index) => seen.set(id, (seen.get(id) ?? 0) + Math.max(0, timeDeltas[index] ?? 0) / 1_000));
  const callOf = (node: ProfileNode): Call => {
    const self = node.callFrame.functionName === '(idle)' ? 0 : (seen.get(node.id) ?? 0);
    const children = (node.children ?? []).map((id) => callOf(byId.get(id)!));
    return { node, self, children, total: children.reduce((sum, { total }) => sum + total, self) };
  };
  return callOf(nodes[0]!);
}
