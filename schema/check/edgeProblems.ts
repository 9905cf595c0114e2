import type { Edge } from '../edges.ts';
import type { FoundEdge } from './edgesInCode.ts';

type Named = Pick<Edge, 'from' | 'to' | 'pattern' | 'contract'>;

const nameOf = ({ from, to, pattern, contract }: Named): string => `${from} → ${to}, ${contract} (${pattern})`;

/**
 * The differences between the registry of edges and the code, one line each: an edge in the code that is not
 * registered, or a registered edge that is not in the code.
 */
export function edgeProblems(registered: readonly Edge[], found: readonly FoundEdge[]): string[] {
  const inRegistry = new Set(registered.map(nameOf));
  const inCode = new Set(found.map(nameOf));
  const unregistered = new Map(
    found.filter((edge) => !inRegistry.has(nameOf(edge))).map((edge) => [nameOf(edge), edge.file]),
  );
  const twice = registered.map(nameOf).filter((name, index, all) => all.indexOf(name) !== index);
  return [
    ...[...unregistered].map(
      ([name, file]) =>
        `${file}: ${name} is not in schema/edges.ts. Add it there with its volume, latency and reason, and run generate.`,
    ),
    ...[...inRegistry]
      .filter((name) => !inCode.has(name))
      .map((name) => `schema/edges.ts: ${name} is carried out by no code. Take it out, and run generate.`),
    ...twice.map((name) => `schema/edges.ts: ${name} stands there twice.`),
  ];
}
