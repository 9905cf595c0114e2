import type { Payout, Refund, Vendor } from '#generated/marketplace/prisma/client.ts';
import { Turns, workThrough } from '#platform/domain/workThrough.ts';
import { pause } from '#platform/events/pause.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { MarketplacePayoutSettled } from '#schema/events/marketplace.ts';
import { payoutSecondsOf, roundSecondsOf } from './config.ts';
import type { Marketplace } from './context.ts';
import { enter } from './entries.ts';
import { payOut, refund } from './sagas/payment.ts';

/** How many of a kind one round takes. */
const most = 200;

/** Pays a customer back. The key of the refund moves the money once, however often it is tried. */
async function settleRefund(domain: Marketplace, { id, orderId, amount }: Refund): Promise<void> {
  await refund(domain, orderId, { amount, id });
  await domain.db.refund.updateMany({ where: { id, settledAt: null }, data: { settledAt: domain.clock() } });
}

/**
 * Decides a payout of all that a vendor is owed, unless there was one a short time ago, or one is under way. What is
 * owed is entered as paid at once, so that nothing is paid twice.
 */
const decidePayout = (domain: Marketplace, vendorId: string): Promise<boolean> =>
  domain.transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM vendor WHERE id = ${vendorId}::uuid FOR UPDATE`;
    const now = domain.clock();
    const lately = new Date(now.getTime() - payoutSecondsOf(domain) * 1_000);
    const others = await tx.payout.count({
      where: { vendorId, OR: [{ status: 'REQUESTED' }, { createdAt: { gt: lately } }] },
    });
    if (others > 0) return false;
    const { owed, payoutAccount: account } = await tx.vendor.findUniqueOrThrow({ where: { id: vendorId } });
    if (owed <= 0) return false;
    const id = domain.newId();
    await tx.payout.create({ data: { id, vendorId, account, amount: owed, status: 'REQUESTED', createdAt: now } });
    await enter(domain, tx, { vendorId, payoutId: id, kind: 'PAID_OUT', amount: -owed, payable: true });
    return true;
  });

/** Has a payout paid, and tells of it once. When the provider refuses, the amount is owed again. */
async function settlePayout(domain: Marketplace, payout: Payout): Promise<void> {
  const { id, vendorId, amount } = payout;
  const { currency, exponent }: Vendor = await domain.db.vendor.findUniqueOrThrow({ where: { id: vendorId } });
  const reason = await payOut(domain, payout, currency);
  const outcome = reason === null ? 'PAID' : 'REFUSED';
  await domain.transaction(async (tx) => {
    const at = domain.clock();
    const { count } = await tx.payout.updateMany({
      where: { id, status: 'REQUESTED' },
      data: { status: outcome, reason, settledAt: at },
    });
    if (count === 0) return;
    if (outcome === 'REFUSED')
      await enter(domain, tx, { vendorId, payoutId: id, kind: 'RETURNED', amount, payable: true });
    await domain.events.append(tx, null, [
      MarketplacePayoutSettled.of({
        vendorId,
        payoutId: id,
        outcome,
        amount,
        currency,
        exponent,
        reason,
        at: at.toISOString(),
      }),
    ]);
  });
}

/** The vendors that are owed money and were not paid lately. */
const due = (domain: Marketplace, id: { readonly gt: string } | undefined, take: number): Promise<{ id: string }[]> => {
  const lately = new Date(domain.clock().getTime() - payoutSecondsOf(domain) * 1_000);
  return domain.db.$queryRaw<{ id: string }[]>`
    SELECT vendor.id FROM vendor
      WHERE vendor.owed > 0 AND (${id?.gt ?? null}::uuid IS NULL OR vendor.id > ${id?.gt ?? null}::uuid)
        AND NOT EXISTS (SELECT FROM payout WHERE vendor_id = vendor.id AND created_at > ${lately})
      ORDER BY vendor.id LIMIT ${take}`;
};

interface Lists {
  readonly refunds: Turns;
  readonly vendors: Turns;
  readonly payouts: Turns;
}
const lists = new WeakMap<Marketplace, Lists>();

function listsOf(domain: Marketplace): Lists {
  const known = lists.get(domain) ?? { refunds: new Turns(), vendors: new Turns(), payouts: new Turns() };
  lists.set(domain, known);
  return known;
}

/**
 * One round: customers are paid back, payouts are decided, and those without an outcome are paid.
 * @returns how much was done; 0 when there is nothing left that can be done now
 */
export async function settleOnce(domain: Marketplace): Promise<number> {
  const { log } = domain;
  const turns = listsOf(domain);
  const refunds = await turns.refunds.next(most, (id, take) =>
    domain.db.refund.findMany({ where: { settledAt: null, id }, orderBy: { id: 'asc' }, take }),
  );
  const refunded = await workThrough(refunds, { log, what: 'a refund' }, (each) => settleRefund(domain, each));
  const decided = await workThrough(
    await turns.vendors.next(most, (id, take) => due(domain, id, take)),
    { log, what: 'a payout' },
    ({ id }) => decidePayout(domain, id),
  );
  const payouts = await turns.payouts.next(most, (id, take) =>
    domain.db.payout.findMany({ where: { status: 'REQUESTED', id }, orderBy: { id: 'asc' }, take }),
  );
  const paid = await workThrough(payouts, { log, what: 'a payout' }, (each) => settlePayout(domain, each));
  return refunded + decided + paid;
}

/** The loop that settles: every process of the domain runs one, and row locks keep two from doing the same. */
export const settling = (domain: Marketplace): Background => ({
  name: 'payouts and refunds of the marketplace',
  async run(signal) {
    while (!signal.aborted) {
      const done = await settleOnce(domain);
      if (done > 0) continue;
      await pause(roundSecondsOf(domain) * 1_000, signal);
    }
  },
});
