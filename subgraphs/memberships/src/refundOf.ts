import type { Membership } from '#generated/memberships/prisma/client.ts';
import type { Memberships, Tx } from './context.ts';
import { allocate } from './proration.ts';

/**
 * Notes that a part of what a membership has cost is to be paid back, newest charges first. The billing loop asks
 * payments for it afterwards, until it is done.
 */
export async function oweRefund(
  domain: Memberships,
  tx: Tx,
  membership: Membership,
  { amount, reason }: { readonly amount: number; readonly reason: string },
): Promise<void> {
  if (amount <= 0) return;
  const charges = await tx.charge.findMany({
    where: { membershipId: membership.id, status: 'CAPTURED' },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
  });
  const lefts = charges.map((charge) => ({ id: charge.id, left: charge.amount - charge.refunded }));
  for (const part of allocate(amount, lefts)) {
    await tx.charge.update({ where: { id: part.id }, data: { refunded: { increment: part.amount } } });
    await tx.refund.create({
      data: {
        id: domain.newId(),
        chargeId: part.id,
        membershipId: membership.id,
        amount: part.amount,
        reason,
        createdAt: domain.clock(),
      },
    });
  }
}
