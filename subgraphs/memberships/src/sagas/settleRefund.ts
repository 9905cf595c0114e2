import type { Refund } from '#generated/memberships/prisma/client.ts';
import { failPoint } from '#platform/faults/failPoint.ts';
import type { Memberships } from '../context.ts';
import { lockMembership, moneyMoved, tell } from '../record.ts';
import { refund } from './payment.ts';

/** Has a part of a charge paid back, and tells of it once. The key of the refund moves the money once. */
export async function settleRefund(domain: Memberships, { id, chargeId, amount, membershipId }: Refund): Promise<void> {
  failPoint('memberships.refundWritten');
  await refund(domain, chargeId, { amount, id });
  failPoint('memberships.moneyPaidBack');
  await domain.transaction(async (tx) => {
    const own = await lockMembership(tx, membershipId);
    const open = await tx.refund.findFirst({ where: { id, settledAt: null } });
    if (!own || !open) return;
    const at = domain.clock();
    await tx.refund.update({ where: { id }, data: { settledAt: at } });
    await tell(domain, tx, own.membership, [moneyMoved(own.membership, 'REFUNDED', { chargeId, amount, at })]);
  });
}
