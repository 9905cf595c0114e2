import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CounterpartUnavailable } from '#platform/outward/outward.ts';
import type { LoyaltyPartner, Posting } from './loyaltyPartner.ts';

/** What a test needs from the partner under test. */
export interface LoyaltyPartnerUnderTest {
  readonly partner: LoyaltyPartner;
  /** The partner's own books, and faults that it has with the next postings. */
  readonly counterpart: {
    readonly ledger: { readonly bookings: readonly (Posting & { readonly kind: string })[] };
    failNext(...next: ('REFUSE' | 'ERROR' | 'LOSE_REQUEST' | 'LOSE_ANSWER')[]): void;
  };
  readonly clock: () => Date;
  /** Lets time pass until the next day. */
  endDay(): void;
}

/** The contract tests that every adapter of the port has to pass, against a partner that really answers. */
export function loyaltyPartnerContract(name: string, underTest: () => LoyaltyPartnerUnderTest): void {
  describe(`loyalty partner: ${name}`, () => {
    const posting = (points: number, account: string = randomUUID()) => ({ key: randomUUID(), account, points });
    const booked = (key: string) => underTest().counterpart.ledger.bookings.filter((each) => each.key === key);

    it('books a key once, and tells the first booking again', async () => {
      const { partner, clock } = underTest();
      const earned = posting(12);
      const first = await partner.earn(earned);
      expect(first).toEqual({ kind: 'booked', at: clock() });
      expect(await partner.earn(earned)).toEqual(first);
      expect(await partner.burn(posting(5, earned.account))).toMatchObject({ kind: 'booked' });
      expect(booked(earned.key)).toMatchObject([{ kind: 'EARN', points: 12, account: earned.account }]);
    });

    it('tells a refusal for good by its code', async () => {
      expect(await underTest().partner.burn(posting(5))).toEqual({ kind: 'refused', code: 'insufficient_points' });
      underTest().counterpart.failNext('REFUSE');
      expect(await underTest().partner.earn(posting(5))).toEqual({ kind: 'refused', code: 'account_closed' });
    });

    it('finds by the key what was booked although the answer was lost', async () => {
      const { partner, counterpart } = underTest();
      counterpart.failNext('LOSE_REQUEST', 'LOSE_ANSWER');
      const earned = posting(7);
      expect(await partner.earn(earned).catch((error: unknown) => error)).toBeInstanceOf(CounterpartUnavailable);
      expect(await partner.earn(earned)).toMatchObject({ kind: 'booked' });
      expect(booked(earned.key)).toHaveLength(1);
    });

    it('takes an error of the partner for no answer', async () => {
      underTest().counterpart.failNext('ERROR', 'ERROR');
      const earned = posting(7);
      expect(
        await underTest()
          .partner.earn(earned)
          .catch((error: unknown) => error),
      ).toMatchObject({
        perhapsDone: true,
      });
      expect(booked(earned.key)).toHaveLength(0);
    });

    it('has the file of a day when the day is over', async () => {
      const { partner, clock, endDay } = underTest();
      const day = clock().toISOString().slice(0, 10);
      const { key } = posting(3);
      await partner.earn({ ...posting(3), key });
      expect(await partner.fileOf(day)).toBeNull();
      endDay();
      expect(await partner.fileOf(day)).toContain(`,${key},`);
    });
  });
}
