import {
  readCheckedFile,
  type CheckedFile,
  type FileForm,
  type ReadFile,
} from '#platform/reconciliation/checkedFile.ts';
import { isId } from '#platform/domain/id.ts';

/** An entry that the partner has booked. */
export interface BookedEntry {
  /** The partner's id of the entry. */
  readonly entry: string;
  /** The key under which we asked for it. */
  readonly key: string;
  readonly account: string;
  /** Positive for points earned, negative for points burned. */
  readonly points: number;
}

export type PartnerFile = CheckedFile<BookedEntry>;

const columns = 'entry,key,account,kind,points,bookedAt';
const booked = /^([\w-]{1,64}),([0-9a-f-]{36}),([0-9a-f-]{36}),(EARN|BURN),([1-9]\d{0,8}),(\S{20,30})$/;
const sumOf =
  (sign: 1 | -1) =>
  ({ points }: BookedEntry) =>
    Math.max(0, points * sign);

const form: FileForm<BookedEntry> = {
  header: /^H,1,(\d{4}-\d{2}-\d{2}),(\d{1,9}),(\d{1,15}),(\d{1,15})$/,
  headerForm: 'H,1,<day>,<entries>,<points earned>,<points burned>',
  columns,
  read(line, day) {
    const [, entry = '', key = '', account = '', kind, points, at = ''] = booked.exec(line) ?? [];
    if (entry === '' || !isId(key) || !isId(account)) return `is no entry with ${columns}`;
    if (!at.startsWith(day)) return `was booked at ${at}, on another day than ${day}`;
    return { entry, key, account, points: kind === 'BURN' ? -Number(points) : Number(points) };
  },
  sums: [
    { what: 'points earned', of: sumOf(1) },
    { what: 'points burned', of: sumOf(-1) },
  ],
};

/** Reads a file of the partner: what it has booked on a day. */
export const readPartnerFile = (text: string): ReadFile<BookedEntry> => readCheckedFile(text, form);
