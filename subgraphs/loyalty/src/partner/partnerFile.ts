import { createHash } from 'node:crypto';
import { isId } from '#platform/domain/id.ts';

/** An entry that the partner has booked. */
export interface BookedEntry {
  /** The line of the file, from 1. */
  readonly line: number;
  /** The partner's id of the entry. */
  readonly entry: string;
  /** The key under which we asked for it. */
  readonly key: string;
  readonly account: string;
  /** Positive for points earned, negative for points burned. */
  readonly points: number;
}

export interface PartnerFile {
  /** The day on which the partner booked the entries, in UTC, as YYYY-MM-DD. */
  readonly day: string;
  readonly checksum: string;
  readonly entries: readonly BookedEntry[];
}

export interface FileProblem {
  readonly line: number;
  readonly message: string;
}

export type ReadFile =
  | { readonly kind: 'read'; readonly file: PartnerFile }
  | { readonly kind: 'refused'; readonly problems: readonly FileProblem[] };

const header = /^H,1,(\d{4}-\d{2}-\d{2}),(\d{1,9}),(\d{1,15}),(\d{1,15})$/;
const columns = 'entry,key,account,kind,points,bookedAt';
const booked = /^([\w-]{1,64}),([0-9a-f-]{36}),([0-9a-f-]{36}),(EARN|BURN),([1-9]\d{0,8}),(\S{20,30})$/;
const trailer = /^T,([0-9a-f]{64})$/;
const mostProblems = 20;

/**
 * Reads a file of the partner: a header with the day, the number of entries and the sums of the points earned and
 * burned; the names of the columns; a line for each entry; and the SHA-256 of all lines before. A file that is not
 * whole, or was changed on its way, is refused as a whole, with the lines where that shows.
 */
export function readPartnerFile(text: string): ReadFile {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const problems: FileProblem[] = [];
  const wrong = (line: number, message: string): void => void problems.push({ line, message });

  const [, day = '', count, earned, burned] = header.exec(lines[0] ?? '') ?? [];
  if (day === '') wrong(1, 'is no header: H,1,<day>,<entries>,<points earned>,<points burned> is expected');
  if (lines[1] !== columns) wrong(2, `does not name the columns ${columns}`);
  const [, checksum = ''] = trailer.exec(lines.at(-1) ?? '') ?? [];
  if (checksum === '') wrong(lines.length, 'is no trailer, T,<checksum>: the file is cut off');

  const entries = lines.slice(2, -1).flatMap((text_, index): BookedEntry[] => {
    const line = index + 3;
    const [, entry = '', key = '', account = '', kind, points, at = ''] = booked.exec(text_) ?? [];
    if (entry === '' || !isId(key) || !isId(account)) wrong(line, `is no entry with ${columns}`);
    else if (!at.startsWith(day)) wrong(line, `was booked at ${at}, on another day than ${day}`);
    return [{ line, entry, key, account, points: kind === 'BURN' ? -Number(points) : Number(points) }];
  });
  if (problems.length === 0) {
    const sum = (sign: 1 | -1) =>
      entries.reduce((total, { points }) => total + (Math.sign(points) === sign ? Math.abs(points) : 0), 0);
    if (entries.length !== Number(count)) wrong(1, `promises ${count} entries, and there are ${entries.length}`);
    if (sum(1) !== Number(earned)) wrong(1, `promises ${earned} points earned, and there are ${sum(1)}`);
    if (sum(-1) !== Number(burned)) wrong(1, `promises ${burned} points burned, and there are ${sum(-1)}`);
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
