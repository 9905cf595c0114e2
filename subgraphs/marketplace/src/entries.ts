import type { VendorEntry } from '#generated/marketplace/prisma/client.ts';
import type { Marketplace, Tx } from './context.ts';

interface NewEntry extends Pick<VendorEntry, 'vendorId' | 'amount' | 'payable'> {
  readonly kind: 'SHARE' | 'TAKEN_BACK' | 'PAID_OUT' | 'RETURNED';
  readonly orderId?: string;
  readonly payoutId?: string;
}

const owe = (tx: Tx, vendorId: string, amount: number) =>
  tx.vendor.update({ where: { id: vendorId }, data: { owed: { increment: amount } } });

/** Enters money that a vendor is owed, or not any more. What is payable counts for the next payout. */
export async function enter(domain: Marketplace, tx: Tx, entry: NewEntry): Promise<void> {
  await tx.vendorEntry.create({ data: { ...entry, id: domain.newId(), createdAt: domain.clock() } });
  if (entry.payable) await owe(tx, entry.vendorId, entry.amount);
}

/** Lets the entries of an order count for payouts, once it is fulfilled. */
export async function makePayable(tx: Tx, vendorId: string, orderId: string): Promise<void> {
  const { _sum } = await tx.vendorEntry.aggregate({ where: { orderId, payable: false }, _sum: { amount: true } });
  await tx.vendorEntry.updateMany({ where: { orderId, payable: false }, data: { payable: true } });
  if (_sum.amount) await owe(tx, vendorId, _sum.amount);
}
