import { createHash } from 'node:crypto';

/** The form of a counterpart's file of a day: a header, the names of the columns, a line for each entry, a trailer. */
export interface FileForm<Entry> {
  /** Matches the header: the day, the number of entries, and a number for each of `sums`. */
  readonly header: RegExp;
  /** The header as a person would write it down. */
  readonly headerForm: string;
  readonly columns: string;
  /** An entry, or what is wrong with its line. */
  readonly read: (line: string, day: string) => Entry | string;
  /** What the header sums up, in its order. */
  readonly sums: readonly { readonly what: string; readonly of: (entry: Entry) => number }[];
}

export interface FileProblem {
  /** The line of the file, from 1. */
  readonly line: number;
  readonly message: string;
}

export interface CheckedFile<Entry> {
  /** The day in UTC, as YYYY-MM-DD. */
  readonly day: string;
  readonly checksum: string;
  readonly entries: readonly (Entry & { readonly line: number })[];
}

export type ReadFile<Entry> =
  | { readonly kind: 'read'; readonly file: CheckedFile<Entry> }
  | { readonly kind: 'refused'; readonly problems: readonly FileProblem[] };

const trailer = /^T,([0-9a-f]{64})$/;
const mostProblems = 20;

/**
 * Reads a counterpart's file of a day. The trailer has the SHA-256 of all lines before. A file that is not whole, or
 * was changed on its way, is refused as a whole, with the lines where that shows. Line ends and a byte order mark are
 * what an editor has made of them: they are no change.
 */
export function readCheckedFile<Entry extends object>(text: string, form: FileForm<Entry>): ReadFile<Entry> {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .split('\n');
  if (lines.at(-1) === '') lines.pop();
  const problems: FileProblem[] = [];
  const wrong = (line: number, message: string): void => void problems.push({ line, message });

  const [, day = '', count, ...sums] = form.header.exec(lines[0] ?? '') ?? [];
  if (day === '') wrong(1, `is no header: ${form.headerForm} is expected`);
  if (lines[1] !== form.columns) wrong(2, `does not name the columns ${form.columns}`);
  const [, checksum = ''] = trailer.exec(lines.at(-1) ?? '') ?? [];
  if (checksum === '') wrong(lines.length, 'is no trailer, T,<checksum>: the file is cut off');

  const entries = lines.slice(2, -1).flatMap((each, index): (Entry & { line: number })[] => {
    const entry = form.read(each, day);
    if (typeof entry !== 'string') return [{ ...entry, line: index + 3 }];
    wrong(index + 3, entry);
    return [];
  });
  if (problems.length === 0) {
    if (entries.length !== Number(count)) wrong(1, `promises ${count} entries, and there are ${entries.length}`);
    form.sums.forEach(({ what, of }, index) => {
      const sum = entries.reduce((total, entry) => total + of(entry), 0);
      if (sum !== Number(sums[index])) wrong(1, `promises ${sums[index]} ${what}, and there are ${sum}`);
    });
    const found = createHash('sha256')
      .update(`${lines.slice(0, -1).join('\n')}\n`)
      .digest('hex');
    if (found !== checksum)
      wrong(lines.length, `has the checksum ${checksum}, and that of the lines before is ${found}`);
  }
  if (problems.length === 0) return { kind: 'read', file: { day, checksum, entries } };
  const more = problems.length - mostProblems;
  return {
    kind: 'refused',
    problems:
      more > 0
        ? [...problems.slice(0, mostProblems), { line: problems[mostProblems]!.line, message: `and ${more} more` }]
        : problems,
  };
}
