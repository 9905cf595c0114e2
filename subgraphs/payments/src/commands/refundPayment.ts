import type { Payment } from '#generated/payments/prisma/client.ts';
import { actorOf, type Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { IdempotencyKeyReused, requireIdempotencyKey } from '#platform/subgraph/idempotency.ts';
import { providerOf } from '../config.ts';
import type { Payments } from '../context.ts';
import { mayManage } from '../ownership.ts';
import { ProviderUnavailable } from '../provider/paymentProvider.ts';
import { PaymentKeyReused, processPayment } from './processPayment.ts';

export type RefundPaymentOutcome =
  | { readonly kind: 'refunded'; readonly payment: Payment }
  | { readonly kind: 'refused'; readonly payment: Payment; readonly reason: string }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'providerUnavailable' };

/**
 * Gives back what was captured for an order, on somebody's word. The same key, for the same principal, gets the same
 * answer.
 */
export async function refundPayment(
  domain: Payments,
  principal: Principal,
  { orderId, idempotencyKey }: { orderId: string; idempotencyKey: string },
): Promise<RefundPaymentOutcome> {
  requireIdempotencyKey(idempotencyKey);
  const payment = isId(orderId) ? await domain.db.payment.findUnique({ where: { orderId } }) : null;
  if (!payment || !mayManage(principal, payment.storeId)) return { kind: 'notFound' };
  const key = `${actorOf(principal)}:refundPayment:${idempotencyKey}`;
  try {
    const { outcome, reason } = await processPayment(domain, providerOf(domain), {
      kind: 'REFUND',
      orderId: payment.orderId,
      key,
    });
    const after = await domain.db.payment.findUniqueOrThrow({ where: { id: payment.id } });
    return outcome === 'REFUNDED'
      ? { kind: 'refunded', payment: after }
      : { kind: 'refused', payment: after, reason: reason ?? 'refused' };
  } catch (error) {
    if (error instanceof PaymentKeyReused) throw new IdempotencyKeyReused();
    if (error instanceof ProviderUnavailable) return { kind: 'providerUnavailable' };
    throw error;
  }
}
