import type { ProviderOf } from '../config.ts';
import type { Payments } from '../context.ts';
import type { PaymentAnswer } from './processPayment.ts';
import { follow } from './noteStatus.ts';

/**
 * Finds out whether the payer has confirmed a payment with their bank: a notice of it may be late, or lost. For a
 * payment of which nothing is to be confirmed the answer is what has become of its authorisation.
 * @returns null when the order has no payment
 */
export async function checkChallenge(
  domain: Payments,
  providerOf: ProviderOf,
  orderId: string,
): Promise<PaymentAnswer | null> {
  const before = await domain.db.payment.findUnique({ where: { orderId } });
  if (!before) return null;
  if (before.status === 'CHALLENGED') {
    const known = await providerOf(before).find(orderId);
    if (known) await follow(domain, orderId, known);
  }
  const {
    id: paymentId,
    status,
    failureReason: reason,
  } = await domain.db.payment.findUniqueOrThrow({ where: { orderId } });
  switch (status) {
    case 'REQUESTED':
    case 'CHALLENGED':
      return { outcome: 'CHALLENGED', reason: null, paymentId };
    case 'DECLINED':
      return { outcome: 'DECLINED', reason, paymentId };
    case 'VOID_REQUESTED':
    case 'VOIDED':
      return { outcome: 'DECLINED', reason: 'order_voided', paymentId };
    default:
      return { outcome: 'AUTHORISED', reason: null, paymentId };
  }
}
