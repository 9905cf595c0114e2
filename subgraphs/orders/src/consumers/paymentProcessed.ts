import type { DataOf } from '#platform/events/defineEvent.ts';
import { forwardEvent, onEventsAtOnce } from '#platform/events/onEvent.ts';
import { PaymentProcessed } from '#schema/events/payments.ts';
import { placeOrderSaga } from '../sagas/placeOrder.ts';

/**
 * Records the outcome of a payment in the order's row, for staff and for reconciliation.
 */
export const onPaymentProcessed = onEventsAtOnce([PaymentProcessed], 'orders.paymentProcessed', ({ data }) => {
  const { orderId, outcome } = data as DataOf<typeof PaymentProcessed>;
  return {
    sql: `change as (
        update orders set payment_outcome = $6::text where id = $7::uuid and exists (select from first)
      ) select taken from delivery`,
    params: [outcome, orderId],
  };
});

/**
 * Tells the saga that the guest has answered their bank. All else about payments it knows by the answers to its own
 * calls.
 */
export const onPaymentConfirmed = forwardEvent(
  PaymentProcessed,
  'orders.paymentConfirmed',
  ({ eventId, data }) => tellSaga(data.orderId, eventId),
  ({ data }) => data.afterChallenge === true,
);

/** Charges of memberships and orders from vendors are nobody's here. Their payers are never asked to confirm. */
const tellSaga = (orderId: string, eventId: string): Promise<void> =>
  placeOrderSaga.signal(orderId, { delivery: false }, { news: 'paymentAnswered' }, eventId);
