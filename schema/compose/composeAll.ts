import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { ChannelManifest } from '#gateway/channelManifest.ts';
import { channels } from '#schema/channels.ts';
import { eventCatalogue } from '#schema/eventCatalogue.ts';
import { checkAudiences } from './checkAudiences.ts';
import { checkDescriptions } from './checkDescriptions.ts';
import { checkDirectives } from './checkDirectives.ts';
import { checkEventStreams } from './checkEventStreams.ts';
import { checkGuards } from './checkGuards.ts';
import { checkVariesBy } from './checkVariesBy.ts';
import { composeChannel } from './composeChannel.ts';
import { composeGraph } from './composeGraph.ts';
import { CompositionFailed, type CompositionProblem } from './compositionProblem.ts';
import { describeStreams } from './describeStreams.ts';
import { registeredSources, viewSource, type GraphSource } from './graphSource.ts';
import { indexTypes } from './typeIndex.ts';

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
  const sources = registeredSources();
  const types = indexTypes(sources);
  // No channel takes the tag `staff`: it keeps a field of a tagged type in the full graph only.
  const audiences = ['public', 'staff', ...channels.map(({ name }) => name)];
  const problems: CompositionProblem[] = [
    ...checkDirectives(types, audiences),
    ...checkAudiences(types),
    ...checkGuards(types),
    ...checkEventStreams(types, await eventCatalogue()),
    ...checkVariesBy(types),
    ...checkDescriptions(types),
  ];
  const files = new Map<string, string>();
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof CompositionFailed)) throw error;
      problems.push(...error.problems);
    }
  };
  attempt(() => files.set('schema/supergraph.graphql', composeGraph('the full graph', describeStreams(sources))));
  // The full graph is composed first, since its problems would be repeated for each channel.
  if (problems.length > 0) throw new CompositionFailed('the graph', problems);
  for (const manifest of await manifests()) {
    attempt(() => {
      const view = viewSource(manifest.name);
      if (view) problems.push(...checkView(view, sources, audiences));
      const { supergraph, contract } = composeChannel(manifest, describeStreams(sources, manifest.streams), view);
      files.set(`generated/channels/${manifest.name}.supergraph.graphql`, supergraph);
      files.set(`schema/channels/${manifest.name}.graphql`, contract);
    });
  }
  if (problems.length > 0) throw new CompositionFailed('the graph', problems);
  return { stale: [...files].filter(([path, text]) => isStale(path, text, check)).map(([path]) => path) };
}

/**
 * The problems of a channel's view, given that the graph itself has none. All types of a view are in the contract of
 * its channel, so they need no tags.
 */
function checkView(
  view: GraphSource,
  sources: readonly GraphSource[],
  audiences: readonly string[],
): CompositionProblem[] {
  return [...checkDirectives(indexTypes([view]), audiences), ...checkGuards(indexTypes([...sources, view]))];
}

/** The manifests of the registered channels that exist. They import nothing that is generated. */
async function manifests(): Promise<ChannelManifest[]> {
  const present = channels.filter(({ name }) => existsSync(new URL(`bffs/${name}/channel.ts`, root)));
  return Promise.all(
    present.map(async ({ name }) => {
      const module = (await import(new URL(`bffs/${name}/channel.ts`, root).href)) as { default: ChannelManifest };
      return module.default;
    }),
  );
}

function isStale(path: string, text: string, check: boolean): boolean {
  const file = new URL(path, root);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return false;
  if (check && !path.startsWith('generated/')) return true;
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, text);
  return false;
}
