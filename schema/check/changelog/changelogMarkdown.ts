import { inMarkdown } from '../reports/printable.ts';
import { groupAffected } from '../reports/affected.ts';
import { groups, type Changelog, type Chapter, type Entry, type Group } from './changelogBetween.ts';

/** The headings of the groups. */
export const headings: Readonly<Record<Group, string>> = {
  dangerous: 'Look at these first',
  added: 'Added',
  deprecated: 'Deprecated',
  changed: 'Changed',
  removed: 'Removed, and used by no registered document',
};

/** For whom a chapter is. */
export const readersOf = ({ name, owners }: Chapter): string =>
  name === 'events'
    ? 'Consumers of events'
    : name === 'settings'
      ? 'Operators: settings'
      : `The ${name} channel${owners.length > 0 ? `, ${owners.join(' ')}` : ''}`;

/** The changelog as Markdown: a chapter for each reader, and in it what is dangerous first. */
export function changelogMarkdown({ from, to, chapters }: Changelog): string {
  const nothing = chapters.length === 0 ? ['Nothing changed for those who use the contracts, events or settings.'] : [];
  return `${[`# What changed from ${from} to ${to}`, ...nothing, ...chapters.flatMap(chapterText)].join('\n\n')}\n`;
}

const chapterText = (chapter: Chapter): string[] => [
  `## ${readersOf(chapter)}`,
  ...groups
    .filter((group) => chapter.entries[group].length > 0)
    .flatMap((group) => [`### ${headings[group]}`, chapter.entries[group].map(line).join('\n')]),
];

const line = (entry: Entry): string => `- ${sentencesOf(entry).map(inMarkdown).join(' ')}`;

/** What a reader is told of a change: what it is, whom it hits and how, and what to do. */
export function sentencesOf({ finding, affected, description }: Entry): string[] {
  const { message, why, fix } = finding;
  const hits = groupAffected(affected).map(
    ({ who, how, documents }) => `${documents.map(({ document }) => document).join(', ')} (${who}): ${how}.`,
  );
  const about = description === '' ? [] : [description.replaceAll(/\s*\n\s*/g, ' ')];
  // Why a change is safe for documents is known by the group that it is in.
  const advice = hits.length > 0 || fix !== '' ? [why, fix === '' ? '' : `→ ${fix}`].filter(Boolean) : [];
  return [`${message}.`, ...about, ...hits, ...advice];
}
