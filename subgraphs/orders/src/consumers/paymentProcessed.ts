import { onEvent } from '#platform/events/onEvent.ts';
import { PaymentProcessed } from '#schema/events/payments.ts';
import type { Heard } from '../context.ts';

/**
 * Records the outcome of a payment in the order's row, for staff and for reconciliation. The saga does not depend on
 * it: it has the answers to its own calls.
 */
export const onPaymentProcessed = onEvent(
  PaymentProcessed,
  'orders.paymentProcessed',
  async ({ data }, { tx }: Heard) => {
    await tx.order.updateMany({ where: { id: data.orderId }, data: { paymentOutcome: data.outcome } });
  },
);
