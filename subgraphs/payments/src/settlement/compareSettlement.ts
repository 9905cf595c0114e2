import type { Finding } from '#platform/reconciliation/newFindings.ts';
import type { Settled } from './settlementFile.ts';

/** A movement of money as our own books have it. */
export interface OurMovement {
  /** The id of its event. */
  readonly eventId: string;
  readonly kind: Settled['kind'];
  readonly reference: string;
  readonly amount: number;
  readonly currency: string;
  /** Whether this file, or one of a day before, must have it. */
  readonly due: boolean;
}

export type FindingKind = 'MISSING' | 'DOUBLED' | 'WRONG_AMOUNT' | 'UNKNOWN_PAYMENT' | 'UNKNOWN_MOVEMENT';

/** What a person does about each kind. */
export const whatToDo: Readonly<Record<FindingKind, string>> = {
  MISSING: 'Ask the provider for the money: it has answered us that it moved it.',
  DOUBLED: 'Ask the provider to take back what it settled a second time.',
  WRONG_AMOUNT: 'Ask the provider to correct the amount to that of the payment.',
  UNKNOWN_PAYMENT: 'Ask the provider whose payment it is: it is none of ours.',
  UNKNOWN_MOVEMENT: 'Look at the payment of the order, and ask the provider who asked for this movement.',
};

/**
 * In what a settlement file and our own books differ.
 * @param earlier what files of other days have told of the same payments
 * @param ours all movements of the payments that the file names, and all that are due
 */
export function compareSettlement(
  entries: readonly (Settled & { readonly line: number })[],
  earlier: readonly (Pick<Settled, 'id' | 'kind' | 'reference' | 'amount'> & { readonly day: string })[],
  ours: readonly OurMovement[],
): Finding<FindingKind>[] {
  const findings: Finding<FindingKind>[] = [];
  const open = [...ours];
  /** Takes a movement of ours that fits out of those that are open. */
  const take = (fits: (movement: OurMovement) => boolean): OurMovement | undefined => {
    const at = open.findIndex(fits);
    return at < 0 ? undefined : open.splice(at, 1)[0];
  };
  const same = (a: Pick<Settled, 'kind' | 'reference'>) => (b: OurMovement) =>
    a.kind === b.kind && a.reference === b.reference;
  for (const told of earlier) if (!take((each) => same(told)(each) && each.amount === told.amount)) take(same(told));

  const dayOf = new Map(earlier.map(({ id, day }) => [id, day]));
  const lines = new Map<string, number>();
  const known = new Set(ours.map(({ reference }) => reference));
  const unmatched = entries.filter((entry) => {
    const { id, line, reference } = entry;
    const first = lines.get(id);
    const day = dayOf.get(id);
    lines.set(id, first ?? line);
    if (first !== undefined || day !== undefined) {
      findings.push({
        kind: 'DOUBLED',
        subject: id,
        detail: first === undefined ? `line ${line}, and settled on ${day}` : `line ${line}, as line ${first}`,
      });
      return false;
    }
    if (!known.has(reference)) {
      findings.push({ kind: 'UNKNOWN_PAYMENT', subject: id, detail: `line ${line}: ${saidOf(entry)} of ${reference}` });
      return false;
    }
    return !take((each) => same(entry)(each) && each.amount === entry.amount && each.currency === entry.currency);
  });
  for (const entry of unmatched) {
    const meant = take(same(entry));
    const detail = `line ${entry.line}: ${saidOf(entry)} of ${entry.reference}`;
    findings.push(
      meant
        ? { kind: 'WRONG_AMOUNT', subject: entry.id, detail: `${detail}, and we have ${saidOf(meant)}` }
        : { kind: 'UNKNOWN_MOVEMENT', subject: entry.id, detail },
    );
  }
  for (const movement of open.filter(({ due }) => due))
    findings.push({
      kind: 'MISSING',
      subject: movement.eventId,
      detail: `${saidOf(movement)} of ${movement.reference}`,
    });
  return findings;
}

const saidOf = ({ kind, amount, currency }: Pick<Settled, 'kind' | 'amount' | 'currency'>): string =>
  `${kind.toLowerCase()} of ${amount} ${currency}`;
