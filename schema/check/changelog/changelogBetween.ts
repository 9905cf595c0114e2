import { Source, parse, type GraphQLSchema } from 'graphql';
import { StartupError } from '#platform/config/startupError.ts';
import { treeAt } from '../against/gitTree.ts';
import type { Tree } from '../against/tree.ts';
import { contractFindings, type ContractUnderReview } from '../changes/contractFindings.ts';
import { eventFindings, eventsIn } from '../contracts/eventFindings.ts';
import { settingFindings } from '../contracts/settingFindings.ts';
import { documentsOf } from '../documents/liveDocument.ts';
import { Coordinates } from '../model/coordinates.ts';
import type { Affected, Finding } from '../model/finding.ts';
import { Owners } from '../model/owners.ts';
import { schemaOf } from '../review/reviewSystem.ts';

/** The kinds of changes in the order in which a reader needs them. What is dangerous is in no other group. */
export const groups = ['dangerous', 'added', 'deprecated', 'changed', 'removed'] as const;
export type Group = (typeof groups)[number];

/** A change as one reader meets it. */
export interface Entry {
  readonly finding: Finding;
  /** The documents of this reader that it hits. */
  readonly affected: readonly Affected[];
  /** What the schema says of something new; empty where it says nothing. */
  readonly description: string;
}

/** All that changed for those who use one contract. */
export interface Chapter {
  /** `kiosk`, or `events` for consumers and `settings` for operators. */
  readonly name: string;
  readonly owners: readonly string[];
  readonly entries: Readonly<Record<Group, readonly Entry[]>>;
}

export interface Changelog {
  readonly from: string;
  readonly to: string;
  /** Only of readers for whom something changed. */
  readonly chapters: readonly Chapter[];
}

/**
 * What changed between two commits, by who reads it: the contract of each channel, judged by the documents that its
 * clients had, then events, then settings. Both are read from the clone's own objects.
 * @param range `v1.3.0..v1.4.0`; without the second, up to `HEAD`
 * @throws StartupError for a range that git does not know
 */
export async function changelogBetween(root: string, range: string): Promise<Changelog> {
  const [, from, to = ''] = /^(.+?)\.\.(.*)$/.exec(range) ?? [];
  if (from === undefined) throw new StartupError(`"${range}" is no range: write <from>..<to>, such as v1.3.0..v1.4.0.`);
  return changelogOf(treeAt(root, from), treeAt(root, to || 'HEAD'), { from, to: to || 'HEAD' });
}

/** The same of two states, wherever they come from. */
export async function changelogOf(before: Tree, after: Tree, names: { from: string; to: string }): Promise<Changelog> {
  const owners = new Owners(after.read('CODEOWNERS') ?? '');
  const contracts = contractsOf(before, after);
  const found = await contractFindings(contracts, { owners, coordinates: coordinatesIn(after) });
  const events = eventFindings(eventsIn(before), eventsIn(after), owners);
  const settings = settingFindings(before.read('docs/settings.md'), after.read('docs/settings.md'), owners);
  const chapters = [
    ...contracts.map(({ name, after: schema }) =>
      chapter(
        name,
        owners.of(`bffs/${name}/channel.ts`),
        found.filter((finding) => finding.contracts.includes(name)).map((finding) => entryOf(finding, name, schema)),
      ),
    ),
    chapter('events', owners.of('schema/events'), events.map(plain)),
    chapter('settings', owners.of('docs/settings.md'), settings.map(plain)),
  ];
  return { ...names, chapters: chapters.filter(({ entries }) => groups.some((group) => entries[group].length > 0)) };
}

/** The channels that both states have; a new one has no reader yet. */
const contractsOf = (before: Tree, after: Tree): ContractUnderReview[] =>
  after.list('schema/channels').flatMap((file) => {
    const name = file.replace(/^.*\/|\.graphql$/g, '');
    const [old, now] = [before.read(file), after.read(file)];
    if (old === undefined || now === undefined || old === now) return [];
    return [{ name, before: schemaOf(old), after: schemaOf(now), documents: documentsOf(name, before) }];
  });

const coordinatesIn = (tree: Tree): Coordinates =>
  new Coordinates(
    ['subgraphs', 'bffs']
      .flatMap((folder) => tree.list(folder))
      .filter((file) => file.endsWith('/schema.graphql'))
      .map((file) => ({ name: file.split('/')[1] ?? file, document: parse(new Source(tree.read(file) ?? '', file)) })),
  );

const plain = (finding: Finding): Entry => ({ finding, affected: [], description: '' });

const entryOf = (finding: Finding, channel: string, schema: GraphQLSchema): Entry => ({
  finding,
  affected: finding.affected.filter((each) => each.channel === channel),
  description: finding.rule.endsWith('-added') ? descriptionOf(schema, finding.subject) : '',
});

function descriptionOf(schema: GraphQLSchema, coordinate: string): string {
  const [name = '', member] = coordinate.replace(/\(.*$/, '').split('.');
  const type = schema.getType(name);
  if (member === undefined || !type) return type?.description ?? '';
  const found = 'getValue' in type ? type.getValue(member) : 'getFields' in type ? type.getFields()[member] : undefined;
  return found?.description ?? '';
}

function chapter(name: string, owners: readonly string[], entries: readonly Entry[]): Chapter {
  const of = (group: Group) => entries.filter((entry) => groupOf(entry) === group);
  return {
    name,
    owners,
    entries: {
      dangerous: of('dangerous'),
      added: of('added'),
      deprecated: of('deprecated'),
      changed: of('changed'),
      removed: of('removed'),
    },
  };
}

/** A change that hits documents of other channels only is not dangerous for this one. */
function groupOf({ finding: { rule, severity, affected: everybody }, affected }: Entry): Group {
  const hit = everybody.length === 0 ? severity !== 'note' : affected.some((each) => each.severity !== 'note');
  if (hit) return 'dangerous';
  if (rule === 'deprecation-added') return 'deprecated';
  if (rule.endsWith('-added')) return 'added';
  return rule.endsWith('-removed') ? 'removed' : 'changed';
}
