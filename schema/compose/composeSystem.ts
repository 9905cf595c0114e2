import { existsSync } from 'node:fs';
import type { ChannelManifest } from '#gateway/channelManifest.ts';
import { loadRoutes } from '#gateway/rest/loadRoutes.ts';
import { channels } from '#schema/channels.ts';
import { eventCatalogue } from '#schema/eventCatalogue.ts';
import { checkAudiences } from './checkAudiences.ts';
import { checkDescriptions } from './checkDescriptions.ts';
import { checkDirectives } from './checkDirectives.ts';
import { checkEventStreams } from './checkEventStreams.ts';
import { checkExecutable } from './checkExecutable.ts';
import { checkGuards } from './checkGuards.ts';
import { checkListSizes } from './checkListSizes.ts';
import { checkVariesBy } from './checkVariesBy.ts';
import type { composeChannel, ComposedChannel } from './composeChannel.ts';
import type { composeGraph } from './composeGraph.ts';
import { CompositionFailed, placeOfError, type CompositionProblem } from './compositionProblem.ts';
import { describeStreams } from './describeStreams.ts';
import { registeredSources, viewSource, type GraphSource } from './graphSource.ts';
import { keptComposition } from './keptComposition.ts';
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

/** Of what the contract of a channel is composed. */
export interface ContractSources {
  readonly manifest: ChannelManifest;
  readonly sources: readonly GraphSource[];
  readonly view: GraphSource | undefined;
}

/** @throws CompositionFailed if the view, or a route, cannot be read */
export function contractOf(manifest: ChannelManifest, sources: readonly GraphSource[]): ContractSources {
  checkRoutes(manifest);
  return { manifest, sources: describeStreams(sources, manifest.streams), view: viewSource(manifest.name) };
}

/** A contract holds what the channel's routes select, so that there is none while one of them cannot be read. */
function checkRoutes({ name, routes }: ChannelManifest): void {
  try {
    if (routes) loadRoutes(routes);
  } catch (error) {
    const [, file = `bffs/${name}/channel.ts`, told] = /^(\S+\.graphql): (.*)$/s.exec((error as Error).message) ?? [];
    const place = placeOfError(error) ?? { file: told === undefined ? file : `rest/${file}`, line: 1, column: 1 };
    const message = (told ?? (error as Error).message).replace(/\.$/, '');
    throw new CompositionFailed(name, [
      {
        where: `${place.file}:${place.line}`,
        place,
        subject: `unreadable-route:${place.file}`,
        message: `${message}. Correct the route.`,
      },
    ]);
  }
}

/**
 * Composes everything from the present sources. It reports problems as data.
 * @param composition Apollo's, whose answers are kept, unless somebody waits for less
 */
export async function composeSystem(composition: Composition = keptComposition): Promise<ComposedSystem> {
  const problems: CompositionProblem[] = [];
  const attempt = <Result>(work: () => Result, into = problems): Result | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof CompositionFailed)) throw error;
      into.push(...error.problems);
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
    ...checkExecutable(sources),
    ...checkAudiences(types),
    ...checkGuards(types),
    ...checkEventStreams(types, await eventCatalogue()),
    ...checkVariesBy(types),
    ...checkListSizes(types),
    ...checkDescriptions(types),
  );
  const unreadable: CompositionProblem[] = [];
  const contracts = present.flatMap((manifest) => attempt(() => contractOf(manifest, sources), unreadable) ?? []);
  const supergraph = attempt(() => composition.graph('the full graph', describeStreams(sources)));
  // The problems of the full graph would be repeated for each channel.
  if (problems.length > 0) return system;
  problems.push(...unreadable);
  for (const { manifest, view } of contracts) {
    if (!view) continue;
    views.set(manifest.name, view);
    problems.push(...checkView(view, sources, audiences));
  }
  for (const { manifest, sources: from, view } of contracts) {
    const made = attempt(() => composition.channel(manifest, from, view));
    if (made) composed.set(manifest.name, made);
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
    ...checkExecutable([...sources, view]),
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
