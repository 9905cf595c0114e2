import { LoyaltyPointsEarned, LoyaltyPointsReversed } from '#schema/events/loyalty.ts';
import type { NewEvent } from '#platform/events/defineEvent.ts';
import { accountOf, withEntry, type AccountRow, type EntryDraft } from '../account.ts';
import { hasPartner } from '../config.ts';
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

/** Locks the account of a customer until the transaction ends, and makes it if there is none yet. */
export async function lockAccount(tx: Tx, customerId: string): Promise<AccountRow> {
  await tx.$executeRaw`INSERT INTO account (customer_id, balance, earned, version) VALUES (${customerId}::uuid, 0, 0, 0) ON CONFLICT DO NOTHING`;
  await tx.$queryRaw`SELECT 1 FROM account WHERE customer_id = ${customerId}::uuid FOR UPDATE`;
  return accountOf(await tx.account.findUniqueOrThrow({ where: { customerId } }));
}

interface Entry {
  /** The account as it is, locked. */
  readonly before: AccountRow;
  /** Null for an entry that no order caused. */
  readonly orderId: string | null;
  readonly draft: EntryDraft;
  readonly at: Date;
  /** What the loyalty partner has booked by itself, which it is not to be told. */
  readonly booked?: { readonly key: string; readonly bookedAt: Date };
}

/** Writes an entry of an account, the balance to which it leads, and the event that tells of it. */
export async function appendEntry(
  domain: Loyalty,
  tx: Tx,
  { before, orderId, draft, at, booked }: Entry,
  eventOf: (balance: number) => NewEvent,
): Promise<AccountRow> {
  const { customerId } = before;
  const after = withEntry(before, draft);
  await domain.events.append(tx, before.version, [eventOf(after.balance)]);
  await tx.account.update({ where: { customerId }, data: after });
  await tx.ledgerEntry.create({
    data: { customerId, version: after.version, orderId, ...draft, balance: after.balance, at },
  });
  if (booked || hasPartner(domain))
    await noteForPartner(domain, tx, { customerId, version: after.version, ...draft, at }, booked);
  return after;
}

/** Notes that the loyalty partner has to book an entry, too, unless it has. It is sent after the commit. */
async function noteForPartner(
  domain: Loyalty,
  tx: Tx,
  { customerId, version, points, at }: { customerId: string; version: number; points: number; at: Date },
  booked: Entry['booked'],
): Promise<void> {
  if (points === 0) return;
  const { partnerAccount } = await tx.account.findUniqueOrThrow({ where: { customerId } });
  await tx.partnerPosting.create({
    data: { key: domain.newId(), customerId, version, partnerAccount, points, createdAt: at, dueAt: at, ...booked },
  });
}

/**
 * The points that an order keeps of those it earned when `refunded` of `captured` was paid back: the same part, rounded
 * down. Null for both means that everything was paid back.
 */
export function keptOf(
  points: number,
  { captured, refunded }: { captured: number | null; refunded: number | null },
): number {
  if (captured === null || refunded === null) return 0;
  // The product may exceed what a JavaScript number holds exactly.
  return Number((BigInt(points) * BigInt(captured - refunded)) / BigInt(captured));
}

/**
 * Writes the ledger entry that an order causes; `left` are the points that the order has earned after it. A second
 * entry by which an order earns points violates a constraint, so check before you call it.
 */
export async function writeEntry(
  domain: Loyalty,
  tx: Tx,
  { customerId, orderId }: Cause,
  draft: EntryDraft & { readonly kind: 'EARNED' | 'REVERSED' },
  left: number,
): Promise<void> {
  const at = domain.clock();
  const before = await lockAccount(tx, customerId);
  await appendEntry(domain, tx, { before, orderId, draft, at }, (balance) =>
    (draft.kind === 'EARNED' ? LoyaltyPointsEarned : LoyaltyPointsReversed).of({
      customerId,
      orderId,
      points: Math.abs(draft.points),
      balance,
      at: at.toISOString(),
    }),
  );
  await notePoints(tx, { customerId, orderId }, left);
}

/** Stores the points that an order has earned by now, which may be 0. */
export async function notePoints(tx: Tx, { customerId, orderId }: Cause, points: number): Promise<void> {
  await tx.orderPoints.upsert({ where: { orderId }, create: { orderId, customerId, points }, update: { points } });
}
