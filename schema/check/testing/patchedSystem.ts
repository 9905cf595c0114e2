import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ChannelManifest } from '#gateway/channelManifest.ts';
import { manifests, type ComposedSystem } from '../../compose/composeSystem.ts';
import { composeChannel, type Merge } from '../../compose/composeChannel.ts';
import { describeStreams } from '../../compose/describeStreams.ts';
import { graphSource, registeredSources, viewSource, type GraphSource } from '../../compose/graphSource.ts';
import { quickMerge } from '../../compose/quickMerge.ts';
import { treeOf, workingTree, type Tree } from '../against/tree.ts';
import { Coordinates } from '../model/coordinates.ts';
import type { Review } from '../model/finding.ts';
import { Owners } from '../model/owners.ts';
import { approvalsFile } from '../review/approvals.ts';
import { reviewStates, withPartners } from '../review/reviewSystem.ts';

/** A small change of a file: the first `from` after the heading `within` becomes `to`. */
export interface Patch {
  readonly file: string;
  readonly within: string;
  readonly from: string;
  readonly to: string;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const working = workingTree(root);
const sources = registeredSources();
const today = await manifests();
const contracts = new Map<string, string>();

/** The text after the change. @throws if there is nothing to change */
export function patched(text: string, { within, from, to, file }: Patch): string {
  const start = text.indexOf(within);
  const at = text.indexOf(from, start);
  if (start < 0 || at < 0) throw new Error(`${file} has no “${from}” after “${within}”`);
  return (to === '' ? withoutDescription(text.slice(0, at)) : text.slice(0, at)) + to + text.slice(at + from.length);
}

/** What is removed takes the description above it along. */
function withoutDescription(head: string): string {
  const text = head.trimEnd();
  if (text.endsWith('"""')) return text.slice(0, text.lastIndexOf('"""', text.length - 4));
  return text.endsWith('"') ? text.slice(0, text.lastIndexOf('\n')) + '\n' : head;
}

/** The real system with some of its channels, as if some of its files had been edited. */
export const compositionOf = (patches: readonly Patch[], channels: readonly string[], merge: Merge = quickMerge) =>
  composePatched(textsAfter(patches), channels, merge);

function textsAfter(patches: readonly Patch[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (const patch of patches)
    texts.set(patch.file, patched(texts.get(patch.file) ?? working.read(patch.file) ?? '', patch));
  return texts;
}

function composePatched(texts: ReadonlyMap<string, string>, channels: readonly string[], merge: Merge): ComposedSystem {
  const edited = sources.map((source) => {
    const file = `subgraphs/${source.name}/schema.graphql`;
    return texts.has(file) ? graphSource(source.name, source.url, texts.get(file)!, file) : source;
  });
  return compose(
    edited,
    today.filter(({ name }) => channels.includes(name)),
    texts,
    merge,
  );
}

interface PatchedReview {
  /** How contracts are made; by default quickly, which checks nothing. */
  readonly merge?: Merge;
  /** What partners have registered at the running system. */
  readonly registered?: string;
}

/** Reviews the real system for some of its channels, as if some of its files had been edited. */
export async function reviewPatched(
  patches: readonly Patch[],
  channels: readonly string[],
  { merge = quickMerge, registered }: PatchedReview = {},
): Promise<Review> {
  const texts = textsAfter(patches);
  const now: Tree = {
    ...working,
    // Approvals of today's changes have nothing to do with these, and expire.
    read: (path) => texts.get(path) ?? (path === approvalsFile ? '[]' : working.read(path)),
  };
  const composed = composePatched(texts, channels, merge);
  const owners = new Owners(readFileSync(`${root}/CODEOWNERS`, 'utf8'));
  const coordinates = new Coordinates(composed.sources);
  const states = withPartners({ now, before: before(composed.manifests) }, registered);
  const review = await reviewStates({ root, ...states, composed, coordinates, owners });
  return { ...review, against: '1a2b3c4d5' };
}

/** The present state, as a commit of which the contracts are those of the present sources. */
function before(chosen: readonly ChannelManifest[]): Tree {
  const old = compose(sources, chosen, new Map(), quickMerge);
  for (const [name, { contract }] of old.channels) contracts.set(name, contract);
  const read = (path: string): string | undefined => {
    const [, name] = /^schema\/channels\/(\w+)\.graphql$/.exec(path) ?? [];
    return name === undefined ? working.read(path) : contracts.get(name);
  };
  return {
    ...treeOf('1a2b3c4d5', new Map()),
    read,
    list: (folder) => (folder === 'schema/channels' ? [] : working.list(folder)),
  };
}

function compose(
  from: readonly GraphSource[],
  chosen: readonly ChannelManifest[],
  texts: ReadonlyMap<string, string>,
  merge: Merge,
): ComposedSystem {
  const unchanged = from === sources;
  const channels = new Map(
    chosen.map((manifest) => {
      const file = `bffs/${manifest.name}/schema.graphql`;
      const text = texts.get(file);
      const view = text === undefined ? viewSource(manifest.name) : graphSource('view', '', text, file);
      const known = unchanged ? contracts.get(manifest.name) : undefined;
      const made = () => composeChannel(manifest, describeStreams(from, manifest.streams), view, merge);
      return [manifest.name, known === undefined ? made() : { contract: known, supergraph: '' }];
    }),
  );
  return { sources: from, manifests: chosen, views: new Map(), supergraph: '', channels, problems: [] };
}
