import { existsSync } from 'node:fs';
import type { ChannelManifest } from '#gateway/channelManifest.ts';
import { channels } from '#schema/channels.ts';
import { eventCatalogue } from '#schema/eventCatalogue.ts';
import { checkAudiences } from './checkAudiences.ts';
import { checkDescriptions } from './checkDescriptions.ts';
import { checkDirectives } from './checkDirectives.ts';
import { checkEventStreams } from './checkEventStreams.ts';
import { checkGuards } from './checkGuards.ts';
import { checkListSizes } from './checkListSizes.ts';
import { checkVariesBy } from './checkVariesBy.ts';
import { composeChannel, type ComposedChannel } from './composeChannel.ts';
import { composeGraph } from './composeGraph.ts';
import { CompositionFailed, type CompositionProblem } from './compositionProblem.ts';
import { describeStreams } from './describeStreams.ts';
import { registeredSources, viewSource, type GraphSource } from './graphSource.ts';
import { indexTypes } from './typeIndex.ts';

const root = new URL('../../', import.meta.url);

/** The full graph and the contract of every channel, as far as they compose. */
export interface ComposedSystem {
  readonly sources: readonly GraphSource[];
  readonly manifests: readonly ChannelManifest[];
  /** The view subgraph of each channel that has one. */
  readonly views: ReadonlyMap<string, GraphSource>;
  /** The supergraph of the full graph; undefined when it has problems, and then no channel is composed. */
  readonly supergraph?: string;
  /** By name of the channel; one that has problems is missing. */
  readonly channels: ReadonlyMap<string, ComposedChannel>;
  readonly problems: readonly CompositionProblem[];
}

/** By what the graphs are made. */
export interface Composition {
  readonly graph: typeof composeGraph;
  readonly channel: typeof composeChannel;
}

/**
 * Composes everything from the present sources. It writes nothing, and reports problems as data.
 * @param composition Apollo's, unless somebody keeps what it has answered
 */
export async function composeSystem(
  { graph, channel }: Composition = { graph: composeGraph, channel: composeChannel },
): Promise<ComposedSystem> {
  const problems: CompositionProblem[] = [];
  const attempt = <Result>(work: () => Result): Result | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof CompositionFailed)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const present = await manifests();
  const sources = attempt(registeredSources) ?? [];
  const composed = new Map<string, ComposedChannel>();
  const views = new Map<string, GraphSource>();
  const system = { sources, manifests: present, views, channels: composed, problems };
  if (problems.length > 0) return system;
  const types = indexTypes(sources);
  const audiences = ['public', ...channels.map(({ name }) => name)];
  problems.push(
    ...checkDirectives(types, audiences),
    ...checkAudiences(types),
    ...checkGuards(types),
    ...checkEventStreams(types, await eventCatalogue()),
    ...checkVariesBy(types),
    ...checkListSizes(types),
    ...checkDescriptions(types),
  );
  const supergraph = attempt(() => graph('the full graph', describeStreams(sources)));
  // The full graph is composed first, since its problems would be repeated for each channel.
  if (problems.length > 0) return system;
  for (const manifest of present) {
    attempt(() => {
      const view = viewSource(manifest.name);
      if (view) {
        views.set(manifest.name, view);
        problems.push(...checkView(view, sources, audiences));
      }
      composed.set(manifest.name, channel(manifest, describeStreams(sources, manifest.streams), view));
    });
  }
  return { ...system, supergraph };
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
  return [
    ...checkDirectives(indexTypes([view]), audiences),
    ...checkGuards(indexTypes([...sources, view])),
    ...checkListSizes(indexTypes([view]), indexTypes(sources)),
  ];
}

/** The manifests of the registered channels that exist. They import nothing that is generated. */
export async function manifests(): Promise<ChannelManifest[]> {
  const present = channels.filter(({ name }) => existsSync(new URL(`bffs/${name}/channel.ts`, root)));
  return Promise.all(
    present.map(async ({ name }) => {
      const module = (await import(`../../bffs/${name}/channel.ts`)) as { default: ChannelManifest };
      return module.default;
    }),
  );
}
