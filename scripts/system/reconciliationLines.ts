import type { FileProblem } from '#platform/reconciliation/checkedFile.ts';
import type { Finding } from '#platform/reconciliation/newFindings.ts';

/** What became of a file that was compared with our books. */
type Reconciled =
  | { readonly kind: 'refused'; readonly problems: readonly FileProblem[] }
  | {
      readonly kind: 'reconciled';
      readonly entries: number;
      readonly found: readonly Finding[];
      readonly open: number;
      readonly resolved: number;
    };

/** A finding, and whose file of which day has it, such as `2026-06-01` or `kassa 2026-06-01`. */
type Listed = Finding & { readonly of: string };

interface Reader {
  readonly print: (line: string) => void;
  /** What a person does about each kind of finding. */
  readonly todo: Readonly<Record<string, string>>;
}

/** The most findings that are listed at once. */
export const mostListed = 1_000;

/**
 * Tells what became of a file.
 * @param of whose file of which day it is
 * @returns whether nothing of its day is open
 */
export function tellReconciled({ print, todo }: Reader, name: string, of: string, outcome: Reconciled): boolean {
  if (outcome.kind === 'refused') {
    for (const { line, message } of outcome.problems) print(`${name}:${line} ${message}`);
    print('Nothing of the file was taken in. Ask for it again.');
    return false;
  }
  const { entries, found, open, resolved } = outcome;
  for (const each of found) for (const line of linesOf({ of, ...each }, todo)) print(line);
  print(`${of}: ${entries} entries, ${found.length} new differences, ${resolved} resolved, ${open} open`);
  return open === 0;
}

/**
 * Lists findings that are open, `mostListed` at most.
 * @returns whether there is none
 */
export function tellOpen({ print, todo }: Reader, open: readonly Listed[]): boolean {
  for (const each of open) for (const line of linesOf(each, todo)) print(line);
  if (open.length === mostListed) print(`There may be more: the first ${mostListed} are listed.`);
  if (open.length === 0) print('Nothing is open.');
  return open.length === 0;
}

const linesOf = ({ of, kind, subject, detail }: Listed, todo: Reader['todo']): string[] => [
  `${of}  ${kind.padEnd(16)}  ${subject}  ${detail}`,
  `${' '.repeat(of.length)}  ${todo[kind]}`,
];
