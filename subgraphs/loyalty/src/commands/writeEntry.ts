import { LoyaltyPointsEarned, LoyaltyPointsReversed } from '#schema/events/loyalty.ts';
import { accountOf, withEntry, type EntryDraft } from '../account.ts';
import type { Heard, Loyalty } from '../context.ts';

type Tx = Heard['tx'];

export interface Cause {
  readonly customerId: string;
  readonly orderId: string;
}

/**
 * Makes the consumers of different events about one order take turns until the transaction ends. Without it, a
 * completion and a refund at the same time could each miss the other.
 */
export async function lockOrder(tx: Tx, orderId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended(${orderId}, 0))) AS held`;
}

/**
 * Writes a ledger entry, the balance to which it leads, and its event. A second entry of the same kind for an order
 * violates a constraint, so check before you call it.
 */
export async function writeEntry(
  domain: Loyalty,
  tx: Tx,
  { customerId, orderId }: Cause,
  draft: EntryDraft,
): Promise<void> {
  const now = domain.clock();
  await tx.$executeRaw`INSERT INTO account (customer_id, balance, earned, version) VALUES (${customerId}::uuid, 0, 0, 0) ON CONFLICT DO NOTHING`;
  await tx.$queryRaw`SELECT 1 FROM account WHERE customer_id = ${customerId}::uuid FOR UPDATE`;
  const before = accountOf(await tx.account.findUniqueOrThrow({ where: { customerId } }));
  const after = withEntry(before, draft);
  const event = (draft.kind === 'EARNED' ? LoyaltyPointsEarned : LoyaltyPointsReversed).of({
    customerId,
    orderId,
    points: Math.abs(draft.points),
    balance: after.balance,
    at: now.toISOString(),
  });
  await domain.events.append(tx, before.version, [event]);
  await tx.account.update({ where: { customerId }, data: after });
  await tx.ledgerEntry.create({
    data: { customerId, version: after.version, orderId, ...draft, balance: after.balance, at: now },
  });
  await notePoints(tx, { customerId, orderId }, Math.max(0, draft.points));
}

/** Stores the points that an order has earned by now, which may be 0. */
export async function notePoints(tx: Tx, { customerId, orderId }: Cause, points: number): Promise<void> {
  await tx.orderPoints.upsert({ where: { orderId }, create: { orderId, customerId, points }, update: { points } });
}
