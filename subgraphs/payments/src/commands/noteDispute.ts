import { Code, ConnectError } from '@connectrpc/connect';
import { PaymentDisputed } from '#schema/events/payments.ts';
import type { Payments } from '../context.ts';
import { lockOrder } from './lockOrder.ts';

export interface DisputeNews {
  readonly orderId: string;
  /** The provider's id of the dispute. */
  readonly disputeId: string;
  readonly status: 'OPEN' | 'WON' | 'LOST';
  readonly amount: number;
  readonly reason: string;
  readonly at: Date;
}

/**
 * Notes that a guest disputes a payment, or how that has ended. Of a dispute that has ended no news is taken any more:
 * its opening may come late.
 * @returns whether it changed anything; null when the order has no payment (yet)
 */
export function noteDispute(domain: Payments, news: DisputeNews): Promise<boolean | null> {
  const { orderId, disputeId: id, status, amount, reason, at } = news;
  return domain.transaction(async (tx) => {
    await lockOrder(tx, orderId, `dispute:${id}`);
    const payment = await tx.payment.findUnique({ where: { orderId } });
    if (!payment) return null;
    const before = await tx.paymentDispute.findUnique({ where: { id } });
    if (before && before.paymentId !== payment.id)
      throw new ConnectError('the dispute is about another payment', Code.InvalidArgument);
    if (before && (before.status !== 'OPEN' || before.status === status)) return false;
    const [event] = await domain.events.append(tx, payment.version, [
      PaymentDisputed.of({
        paymentId: payment.id,
        orderId,
        storeId: payment.storeId,
        disputeId: id,
        status,
        amount,
        currency: payment.currency,
        exponent: payment.exponent,
        reason,
        at: at.toISOString(),
      }),
    ]);
    await tx.payment.update({ where: { orderId }, data: { version: event!.metadata.aggregateVersion } });
    await tx.paymentDispute.upsert({
      where: { id },
      create: { id, paymentId: payment.id, status, amount, reason, openedAt: at, updatedAt: at },
      update: { status, amount, reason, updatedAt: at },
    });
    return true;
  });
}
