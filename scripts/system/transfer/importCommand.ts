import { StartupError } from '#platform/config/startupError.ts';
import type { Tally } from '#platform/transfer/transfer.ts';
import type { Command } from '../commandLine.ts';
import { subgraphSettings } from '../serviceSettings.ts';
import { importFolder, type ImportOptions } from './importFolder.ts';
import { mostProblems, type FolderProblem } from '#schema/import/reading/located.ts';

const where =
  'On the databases of the system that runs on DATA_DIR (or, when none runs, started for that), or on those of the server that ADMIN_DATABASE_URL or DATABASE_HOST names.';

export const importCommandOf: Command = {
  name: 'chain:import',
  does: 'brings stores, menu, prices, recipes, stock and couriers in from a folder of CSV or JSON files.',
  words: true,
  flags: { '--dry-run': 'says what would change, and changes nothing' },
  settings: subgraphSettings,
  more: `${where}
schema/import/<table>.schema.json has the columns of each file; docs/running-a-chain.md explains them. Nothing is written before all of it was found right.
What is as it should be is left alone, so that it may be called again, after an interruption too.`,
  examples: ['chain:import my-chain --dry-run', 'chain:import my-chain'],
};

export const exportCommandOf: Command = {
  name: 'chain:export',
  does: 'writes stores, menu, prices, recipes, stock and couriers into a folder that "chain:import" understands.',
  words: true,
  flags: { '--json': 'as JSON instead of CSV' },
  settings: subgraphSettings,
  more: `${where}\nCouriers' names are among it, in clear: keep the folder as you keep such names.`,
  examples: ['chain:export my-chain', 'chain:export my-chain-json --json'],
};

/** @throws StartupError when no folder is named, or several are */
export function folderOf(words: readonly string[], { name }: Command): string {
  const [folder] = words;
  if (folder === undefined || words.length > 1)
    throw new StartupError(`name one folder: "${name} my-chain" (--help tells more).`);
  return folder;
}

const shown = 100;

/**
 * Imports the folder and prints the outcome. @returns false if something in the folder is wrong
 */
export async function importCommand(options: ImportOptions): Promise<boolean> {
  const { print, dryRun } = options;
  const outcome = await importFolder(options);
  if (outcome.kind === 'refused') {
    for (const line of problemLines(outcome.problems)) print(line);
    return false;
  }
  for (const line of tallyLines(outcome.tallies)) print(line);
  const different = outcome.tallies.some(({ created, changed, note }) => created + changed > 0 || note);
  if (!different) print('everything is as the folder says: nothing was changed');
  else if (dryRun) print('this is what would change; nothing was changed');
  return true;
}

/** How many further lines with the same mistake are named. */
const named = 5;

/** A mistake that many lines have, such as the wrong name of a column, is told once, so that it hides no other. */
export function problemLines(problems: readonly FolderProblem[]): string[] {
  const same = new Map<string, FolderProblem[]>();
  for (const problem of problems) {
    const column = problem.at.replace(/^line \d+/, '');
    const key = JSON.stringify([problem.file, column, problem.message]);
    const found = same.get(key);
    if (found) found.push(problem);
    else same.set(key, [problem]);
  }
  const told = [...same.values()].map(([first, ...further]) => {
    const { file, at, message } = first!;
    return `${file}${at ? ` ${at}` : ''}: ${message}${alsoIn(further)}`;
  });
  return [
    ...told.slice(0, shown),
    ...(told.length > shown ? [`and ${told.length - shown} more`] : []),
    `${countOf(problems)} wrong: nothing was changed`,
  ];
}

function countOf({ length }: readonly FolderProblem[]): string {
  if (length >= mostProblems) return `at least ${length.toLocaleString('en')} things are`;
  return `${length} ${length === 1 ? 'thing is' : 'things are'}`;
}

function alsoIn(further: readonly FolderProblem[]): string {
  const lines = further.slice(0, named).map(({ at }) => /^line (\d+)/.exec(at)?.[1] ?? at);
  const rest = further.length - lines.length;
  if (lines.length === 0) return '';
  return ` (also in line ${lines.join(', ')}${rest > 0 ? ` and ${rest} more` : ''})`;
}

const number = (count: number): string => count.toLocaleString('en').padStart(9);

const tallyLines = (tallies: readonly Tally[]): string[] =>
  tallies.map(
    ({ table, created, changed, unchanged, note }) =>
      `${table.padEnd(18)}${number(created)} new ${number(changed)} changed ${number(unchanged)} as they were${note ? `  (${note})` : ''}`,
  );
