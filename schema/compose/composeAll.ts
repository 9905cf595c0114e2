import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { composeSystem } from './composeSystem.ts';
import { CompositionFailed } from './compositionProblem.ts';

const root = new URL('../../', import.meta.url);

export interface CompositionReport {
  /** Committed files that differ from what the subgraphs and channels say; empty after a run that writes. */
  readonly stale: readonly string[];
}

/**
 * Composes the full graph and the contract of every channel from the present sources. It writes
 * `schema/supergraph.graphql` and `schema/channels/<channel>.graphql`, which are committed, and
 * `generated/channels/<channel>.supergraph.graphql` for the gateway, which are not. With `check` it writes only the
 * latter, and reports which committed files are stale.
 * @throws CompositionFailed with all problems of all graphs
 */
export async function composeAll({ check = false }: { readonly check?: boolean } = {}): Promise<CompositionReport> {
  const { supergraph, channels, problems } = await composeSystem();
  if (supergraph === undefined || problems.length > 0) throw new CompositionFailed('the graph', problems);
  const files = new Map([['schema/supergraph.graphql', supergraph]]);
  for (const [name, composed] of channels) {
    files.set(`generated/channels/${name}.supergraph.graphql`, composed.supergraph);
    files.set(`schema/channels/${name}.graphql`, composed.contract);
  }
  return { stale: [...files].filter(([path, text]) => isStale(path, text, check)).map(([path]) => path) };
}

function isStale(path: string, text: string, check: boolean): boolean {
  const file = new URL(path, root);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return false;
  if (check && !path.startsWith('generated/')) return true;
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, text);
  return false;
}
