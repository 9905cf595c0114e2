import type { Finding as FindingOf } from '#platform/reconciliation/newFindings.ts';
import type { PartnerFile } from './partnerFile.ts';

/** A posting as the ledger has it. */
export interface OurPosting {
  readonly key: string;
  readonly account: string;
  /** Negative for points that were taken back. */
  readonly points: number;
  /** The day on which the partner says to have booked it; null for one that it has not answered yet, or refused. */
  readonly bookedOn: string | null;
}

export type FindingKind = 'MISSING' | 'DOUBLED' | 'WRONG_AMOUNT' | 'UNKNOWN_ACCOUNT' | 'UNKNOWN_ENTRY';

/** Its subject is the key of the posting; of an entry that the ledger does not know, the partner's id. */
export type Finding = FindingOf<FindingKind>;

/** What a person does about each kind. */
export const whatToDo: Readonly<Record<FindingKind, string>> = {
  MISSING: 'Ask the partner to book it: it has confirmed this key.',
  DOUBLED: 'Ask the partner to take back what it booked a second time.',
  WRONG_AMOUNT: 'Ask the partner to correct the entry to the points of the ledger.',
  UNKNOWN_ACCOUNT: 'Ask the partner whose account it is: it is none of ours, and we are not to pay for it.',
  UNKNOWN_ENTRY: 'Ask the partner who asked for it: the ledger has no such entry for this account.',
};

/**
 * In what a file and the ledger differ.
 * @param ours all postings that were booked on the day of the file, and all that the file names
 * @param accounts those accounts of the file that are ours
 */
export function compareFile(
  { day, entries }: PartnerFile,
  ours: readonly OurPosting[],
  accounts: ReadonlySet<string>,
): Finding[] {
  const known = new Map(ours.map((posting) => [posting.key, posting]));
  const seen = new Map<string, number>();
  const found = entries.flatMap(({ entry, key, account, points, line }): Finding[] => {
    if (!accounts.has(account))
      return [{ kind: 'UNKNOWN_ACCOUNT', subject: entry, detail: `line ${line}: ${points} points for ${account}` }];
    const posting = known.get(key);
    if (posting?.account !== account)
      return [{ kind: 'UNKNOWN_ENTRY', subject: entry, detail: `line ${line}: ${points} points under the key ${key}` }];
    const first = seen.get(key);
    if (first !== undefined) return [{ kind: 'DOUBLED', subject: key, detail: `line ${line}, as line ${first}` }];
    if (posting.bookedOn !== null && posting.bookedOn !== day)
      return [{ kind: 'DOUBLED', subject: key, detail: `line ${line}, and confirmed on ${posting.bookedOn}` }];
    seen.set(key, line);
    if (points === posting.points) return [];
    return [
      { kind: 'WRONG_AMOUNT', subject: key, detail: `line ${line}: ${points} points, in the ledger ${posting.points}` },
    ];
  });
  const missing = ours
    .filter(({ key, bookedOn }) => bookedOn === day && !seen.has(key))
    .map(({ key, points }): Finding => ({ kind: 'MISSING', subject: key, detail: `${points} points` }));
  return [...found, ...missing];
}
