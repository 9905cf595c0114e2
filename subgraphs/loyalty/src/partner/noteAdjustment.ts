import { LoyaltyPointsAdjusted } from '#schema/events/loyalty.ts';
import { appendEntry, lockAccount } from '../commands/writeEntry.ts';
import type { Loyalty } from '../context.ts';
import { askAgainForDebts } from './sendPostings.ts';

/** A change of points that the partner has booked by itself, such as for what was bought at another of its chains. */
interface Adjustment {
  /** The partner's id of the booking, by which its file of the day names it, too. */
  readonly key: string;
  readonly account: string;
  /** Negative for points that were spent or taken back. */
  readonly points: number;
  readonly bookedAt: Date;
}

/** `other`: the key belongs to another booking. */
export type AdjustmentOutcome = 'noted' | 'unknownAccount' | 'other';

/**
 * Takes an adjustment over into the ledger, once per key. It is kept as a posting that the partner has booked already,
 * so that its file of the day is compared with it as with all others.
 */
export const noteAdjustment = (domain: Loyalty, adjustment: Adjustment): Promise<AdjustmentOutcome> =>
  domain.transaction(async (tx) => {
    const { key, account: partnerAccount, points, bookedAt } = adjustment;
    const account = await tx.account.findUnique({ where: { partnerAccount } });
    if (!account) return 'unknownAccount';
    const { customerId } = account;
    const before = await lockAccount(tx, customerId);
    const known = await tx.partnerPosting.findUnique({ where: { key } });
    if (known) return known.partnerAccount === partnerAccount && known.points === points ? 'noted' : 'other';
    const at = domain.clock();
    await appendEntry(
      domain,
      tx,
      { before, orderId: null, at, draft: { kind: 'ADJUSTED', points }, booked: { key, bookedAt } },
      (balance) => LoyaltyPointsAdjusted.of({ customerId, points, balance, at: at.toISOString() }),
    );
    if (points > 0) await askAgainForDebts(domain, tx, partnerAccount);
    return 'noted';
  });
