/** In what a file and our own books differ. */
export interface Finding<Kind extends string = string> {
  readonly kind: Kind;
  /** What it is about, by an id. */
  readonly subject: string;
  readonly detail: string;
}

interface Kept {
  readonly kind: string;
  readonly subject: string;
  readonly resolvedAt: Date | null;
}

/**
 * Compares the findings of a file with those that were kept of the same day, so that each is told once.
 * @returns what no file of the day had told before, and those that are open and that this file has no more
 */
export function newFindings<Kind extends string, Before extends Kept>(
  before: readonly Before[],
  now: readonly Finding<Kind>[],
): { readonly found: readonly Finding<Kind>[]; readonly gone: readonly Before[] } {
  const idOf = ({ kind, subject }: Pick<Finding, 'kind' | 'subject'>) => `${kind} ${subject}`;
  const known = new Set(before.map(idOf));
  const still = new Set(now.map(idOf));
  const firsts = new Map(now.map((finding) => [idOf(finding), finding]));
  return {
    found: [...firsts].filter(([id]) => !known.has(id)).map(([, finding]) => finding),
    gone: before.filter((each) => each.resolvedAt === null && !still.has(idOf(each))),
  };
}
