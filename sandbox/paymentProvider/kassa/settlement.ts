import { createHash } from 'node:crypto';
import type { fileFaults } from './behaviour.ts';

/** A movement of money in the file of a day. */
export interface Settled {
  readonly id: string;
  readonly kind: 'CAPTURE' | 'REFUND';
  readonly reference: string;
  readonly amount: number;
  readonly currency: string;
  readonly at: string;
}

/**
 * The settlement file of a day: a header with the day, the number of movements and the sums of captures and refunds;
 * the names of the columns; a line for each movement; the SHA-256 of all lines before.
 * @param faults what goes wrong with the first movements, one fault each
 */
export function settlementFile(
  day: string,
  movements: readonly Settled[],
  faults: readonly (typeof fileFaults)[number][] = [],
): string {
  const settled = movements.flatMap((each, index): Settled[] => {
    switch (faults[index]) {
      case 'OMIT':
        return [];
      case 'DOUBLE':
        return [each, each];
      case 'WRONG_AMOUNT':
        return [{ ...each, amount: each.amount + 1 }];
      case 'UNKNOWN':
        return [each, { ...each, id: `${each.id}_strange`, reference: 'somebody-elses' }];
      default:
        return [each];
    }
  });
  const sum = (kind: Settled['kind']) =>
    settled.reduce((total, each) => total + (each.kind === kind ? each.amount : 0), 0);
  const lines = [
    `H,1,${day},${settled.length},${sum('CAPTURE')},${sum('REFUND')}`,
    'id,kind,reference,amount,currency,at',
    ...settled.map(({ id, kind, reference, amount, currency, at }) =>
      [id, kind, reference, amount, currency, at].join(','),
    ),
  ].join('\n');
  return `${lines}\nT,${createHash('sha256').update(`${lines}\n`).digest('hex')}\n`;
}
