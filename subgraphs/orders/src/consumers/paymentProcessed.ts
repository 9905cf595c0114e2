import { onEvent } from '#platform/events/onEvent.ts';
import { PaymentProcessed } from '#schema/events/payments.ts';
import type { Heard } from '../context.ts';

/**
 * Notes what became of the money. The saga has its answers by its own calls: this is what staff and reconciliation look
 * at.
 */
export const onPaymentProcessed = onEvent(
  PaymentProcessed,
  'orders.paymentProcessed',
  async ({ data }, { tx }: Heard) => {
    await tx.order.updateMany({ where: { id: data.orderId }, data: { paymentOutcome: data.outcome } });
  },
);
