import { describe, expect, it } from 'vitest';
import { compareSettlement, type OurMovement } from './compareSettlement.ts';
import type { Settled } from './settlementFile.ts';

let count = 0;
const settled = (reference: string, amount: number, over: Partial<Settled> = {}) => {
  count += 1;
  return { id: `ch_${count}`, line: count, kind: 'CAPTURE', reference, amount, currency: 'EUR', ...over } as const;
};
const moved = (reference: string, amount: number, over: Partial<OurMovement> = {}): OurMovement => ({
  eventId: `event of ${reference} ${amount}`,
  kind: 'CAPTURE',
  reference,
  amount,
  currency: 'EUR',
  due: true,
  ...over,
});
const kinds = (...parts: Parameters<typeof compareSettlement>) =>
  compareSettlement(...parts).map(({ kind, subject }) => [kind, subject]);

describe('compareSettlement', () => {
  it('finds nothing where both say the same, in whatever order', () => {
    const refund = { kind: 'REFUND' } as const;
    expect(
      kinds(
        [settled('a', 300, refund), settled('a', 200, refund), settled('a', 500), settled('b', 7)],
        [],
        [moved('b', 7), moved('a', 500), moved('a', 200, refund), moved('a', 300, refund)],
      ),
    ).toEqual([]);
  });

  it('tells what is missing, doubled, of another amount or currency, and unknown', () => {
    const twice = settled('twice', 5);
    const [wrong, foreign, strange, extra] = [
      settled('wrong', 6),
      settled('foreign', 5, { currency: 'GBP' }),
      settled('strange', 5),
      settled('twice', 2, { kind: 'REFUND' }),
    ];
    expect(
      kinds(
        [twice, twice, wrong, foreign, strange, extra],
        [],
        [moved('twice', 5), moved('wrong', 5), moved('foreign', 5), moved('missing', 5)],
      ),
    ).toEqual([
      ['DOUBLED', twice.id],
      ['UNKNOWN_PAYMENT', strange.id],
      ['WRONG_AMOUNT', wrong.id],
      ['WRONG_AMOUNT', foreign.id],
      ['UNKNOWN_MOVEMENT', extra.id],
      ['MISSING', 'event of missing 5'],
    ]);
  });

  it('knows what files of other days have told', () => {
    const before = { ...settled('a', 500), day: '2026-06-01' };
    expect(kinds([], [before], [moved('a', 500)])).toEqual([]);
    expect(kinds([before], [before], [moved('a', 500)])).toEqual([['DOUBLED', before.id]]);
    expect(kinds([settled('a', 500)], [before], [moved('a', 500)])).toEqual([
      ['UNKNOWN_MOVEMENT', expect.stringMatching(/^ch_/)],
    ]);
  });

  it('waits for the next file with what we noted just before midnight', () => {
    expect(kinds([], [], [moved('a', 500, { due: false })])).toEqual([]);
    expect(kinds([settled('a', 500)], [], [moved('a', 500, { due: false })])).toEqual([]);
  });
});
